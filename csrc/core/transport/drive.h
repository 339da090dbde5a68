/* Drives the transfers of a pool: connects libcurl with the pool's event set. */
#ifndef GL_CORE_TRANSPORT_DRIVE_H
#define GL_CORE_TRANSPORT_DRIVE_H

#include "core/transport/handle.h"

/* Connects libcurl's multi handle with the pool's event set.  Returns 0, or -1 if memory runs out.
 */
int gl_drive_connect(gl_pool *pool);

/* Lets libcurl start the transfers that were added. */
void gl_drive_begin(gl_pool *pool);

/* libcurl's callback to close a socket; `pool` is a gl_pool. */
int gl_drive_on_close(void *pool, curl_socket_t fd);

#endif
