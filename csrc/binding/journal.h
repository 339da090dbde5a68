/* Journals of downloads as userdata, see core/output_journal.h. */
#ifndef GL_BINDING_JOURNAL_H
#define GL_BINDING_JOURNAL_H

#include "binding/box.h"

extern const gl_box_class gl_journal_box; /* of a gl_output_journal */

/* core.journal(path, number, create) -> journal; or nil and a word: "busy" (another download has
 * it), "none" (the target is no regular file; without `create`: it is not there), "failed" with
 * what is wrong, without the path, as the third result.  `path` holds no NUL; `number` is at least
 * 0 and less than core.journals.  A collected journal is closed.
 *   journal:read() -> its text                 journal:close()   leaves it to a later process
 *   journal:append(text), journal:restart(text)  -> true; or nil and what is wrong
 *   journal:remove()                           removes the file and closes it */
int gl_lua_journal(lua_State *L);

#endif
