// Those who were not told that it is their turn.
//
// Processes take turns by two robust mutexes in LMDB's lock file, one for writers, one for who needs a slot in the table of readers. When a
// process is killed after it was woken for its turn, and another takes the mutex before the kernel notices, the mutex no longer knows that
// others wait (glibc 2.36): they would sleep until one more comes. A writer who waits long wakes the others, and whoever has taken a slot
// wakes one who may wait for his: to look again harms nobody.
#ifndef KITH_LIB_STORAGE_TURN_H_
#define KITH_LIB_STORAGE_TURN_H_

#include <cstddef>
#include <string>

namespace kith::storage {

class Turns {
 public:
  // Where in the lock file they wait, as LMDB 0.9 lays it out.
  static constexpr size_t kReaders = 8;
  static constexpr size_t kWriters = 64;

  // Maps the lock file in the directory. Before LMDB opens it: to close a descriptor of it afterwards would drop LMDB's locks (R6). Where
  // there is none, nobody is woken.
  explicit Turns(const std::string& directory);
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  void WakeWriters() const noexcept;
  void WakeReader() const noexcept;

 private:
  void* map_ = nullptr;  // its first page, to read
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_TURN_H_
