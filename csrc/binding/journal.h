/* Journals of downloads as userdata, see core/output_journal.h. */
#ifndef GL_BINDING_JOURNAL_H
#define GL_BINDING_JOURNAL_H

#include "binding/box.h"

extern const gl_box_class gl_journal_box; /* boxes that contain a gl_output_journal */

/* core.journal(path, number, create) -> journal; or nil and one of these words:
 *   "busy"    another download uses the journal, or its path is not a regular file of this user
 *   "none"    the target is not a regular file; or the journal is missing and `create` is false
 *   "failed"  opening failed; the third result says what is wrong, without the path
 * `path` must not contain a NUL.  `number` is at least 0 and less than core.journals.  The
 * collector closes a journal.
 *
 *   journal:read() -> its text, at most 4 MiB; or nil and what is wrong
 *   journal:append(text) -> true; or nil and what is wrong
 *   journal:restart(text) -> true; or nil and what is wrong.  Replaces the text.
 *   journal:flush([events]) -> flush: writes the text to the disk in the background
 *   journal:close(): closes the journal and leaves the file for a later download
 *   journal:remove(): closes the journal and removes the file */
int gl_lua_journal(lua_State *L);

#endif
