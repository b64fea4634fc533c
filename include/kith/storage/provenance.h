// Where a database's file comes from.
#ifndef KITH_STORAGE_PROVENANCE_H_
#define KITH_STORAGE_PROVENANCE_H_

#include "kith/storage/storage.h"

namespace kith::storage {

// True when the file was not as this machine had left it, so that opening checked pages, seals and digests in full. Whoever wrote it may
// have made all three: what reads values in place has to look at their bytes first, and then to vouch for them. Any thread.
[[nodiscard]] bool CameFromElsewhere(const Environment& environment);
// Its values were looked at and are well made. A file that nobody vouched for stays one from elsewhere, for other processes that have it
// open and for whoever opens it next. Any thread.
void Vouch(Environment& environment);

}  // namespace kith::storage

#endif  // KITH_STORAGE_PROVENANCE_H_
