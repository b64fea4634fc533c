/* What a host has of its own: see Foreign.cmake. */
#include <stdio.h>
#include <stdlib.h>

void kith_foreign(const char* name);
void kith_foreign(const char* name) {
  fprintf(stderr, "foreign function %s was called\n", name);
  abort();
}

#ifdef OWN_LMDB
char* mdb_version(int* major, int* minor, int* patch);
char* mdb_version(int* major, int* minor, int* patch) {
  static char text[] = "LMDB 1.2.3: of this host";
  if (major != NULL) *major = 1;
  if (minor != NULL) *minor = 2;
  if (patch != NULL) *patch = 3;
  return text;
}
#endif
