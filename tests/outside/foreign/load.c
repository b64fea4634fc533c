/* Loads a plugin that uses Kith: argv[2], and runs it on argv[1]. With a third argument its libraries are looked through before this
 * program. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
  void* const plugin = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL | (argc > 3 ? RTLD_DEEPBIND : 0));
  int (*run)(int, char**) = NULL;
  if (plugin != NULL) *(void**)(&run) = dlsym(plugin, "run");
  if (run == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  return run(2, argv);
}
