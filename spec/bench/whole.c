/* whole TIMES COMMAND...: runs the command TIMES times without its output.  Prints the mean
 * microseconds of CPU (user and system) of a run, from the start of the process to its end. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *why) {
  fprintf(stderr, "whole: %s\n", why);
  exit(1);
}

static void run(char **command) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    execvp(command[0], command);
    _exit(127);
  }
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
    fail("the command failed");
}

static double microseconds(struct timeval time) {
  return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

int main(int argc, char **argv) {
  if (argc < 3)
    fail("usage: whole TIMES COMMAND...");
  long times = atol(argv[1]);
  for (long i = 0; i < times; i++)
    run(argv + 2);
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  printf("%.1f\n", (microseconds(used.ru_utime) + microseconds(used.ru_stime)) / (double)times);
  return 0;
}
