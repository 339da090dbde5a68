/* libcurl's callbacks for a response.  They parse the head line by line and store the body. */
#include "core/transport/transfer_private.h"

static size_t stop(gl_transfer *transfer, gl_stop why) {
  transfer->stop = why;
  return 0;
}

size_t gl_transfer_on_head(char *line, size_t size, size_t count, void *context) {
  gl_transfer *transfer = ((gl_handle *)context)->owner;
  size_t length = size * count;
  transfer->head_bytes += length;
  if (transfer->head_bytes > GL_RESPONSE_HEADERS_MAX)
    return stop(transfer, GL_STOP_HEAD);
  if (transfer->head_done)
    return length;
  if (gl_response_head_line(&transfer->response, line, length))
    return stop(transfer, GL_STOP_MEMORY);
  if (line[0] == '\r' || line[0] == '\n')
    transfer->head_done = transfer->response.status >= 200;
  if (gl_transfer_receives_chunks(transfer))
    gl_events_add_news(transfer->pool->events, &transfer->news);
  return length;
}

size_t gl_transfer_on_body(char *bytes, size_t size, size_t count, void *context) {
  gl_transfer *transfer = ((gl_handle *)context)->owner;
  size_t length = size * count;
  if (gl_transfer_receives_chunks(transfer))
    return gl_transfer_on_chunk(transfer, bytes, length);
  int result = gl_response_body(&transfer->response, bytes, length);
  if (result)
    return stop(transfer, result == GL_MEMORY ? GL_STOP_MEMORY : GL_STOP_BODY);
  return length;
}
