/* The header as strict C99: every function can be named, every initializer is complete, sizes are what the ABI promises. */
#include <kith.h>
#include <stdio.h>
#include <string.h>

#define EXPECT(condition)                                     \
  do {                                                        \
    if (!(condition)) {                                       \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
      return 1;                                               \
    }                                                         \
  } while (0)

int main(void) {
  kith_open_options open = KITH_OPEN_OPTIONS_INIT;
  kith_apply_options apply = KITH_APPLY_OPTIONS_INIT;
  kith_insight_options insight = KITH_INSIGHT_OPTIONS_INIT;
  kith_import_options import = KITH_IMPORT_OPTIONS_INIT;
  kith_export_lines_options lines_out = KITH_EXPORT_LINES_OPTIONS_INIT;
  kith_import_lines_options lines_in = KITH_IMPORT_LINES_OPTIONS_INIT;
  kith_str text = KITH_STR("abc");
  EXPECT(open.struct_size == sizeof(open) && open.clock == NULL);
  EXPECT(apply.struct_size == sizeof(apply) && apply.checkpoint == NULL);
  EXPECT(insight.struct_size == sizeof(insight) && insight.seed == 0);
  EXPECT(import.struct_size == sizeof(import) && import.progress == NULL);
  EXPECT(lines_out.struct_size == sizeof(lines_out) && lines_out.write == NULL);
  EXPECT(lines_in.struct_size == sizeof(lines_in) && lines_in.ids == KITH_IDS_AUTO);
  EXPECT(text.size == 3 && sizeof(kith_view) == 32 && sizeof(kith_value) == 48);
  EXPECT(kith_version() >> 16 == KITH_VERSION_MAJOR && kith_abi_version() == KITH_ABI_VERSION);
  EXPECT(strcmp(kith_code_name(KITH_NOT_FOUND), "NOT_FOUND") == 0);
  EXPECT(strcmp(kith_code_name(99), "UNKNOWN") == 0);
  EXPECT(strcmp(kith_reason_name(3007), "Unique") == 0);
  EXPECT(strncmp(kith_build_info(), "kith ", 5) == 0);
  return 0;
}
