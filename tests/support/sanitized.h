// KITH_SANITIZED: 1 where a sanitizer has the allocator and the address space, and what they take cannot be told.
#ifndef KITH_TESTS_SUPPORT_SANITIZED_H_
#define KITH_TESTS_SUPPORT_SANITIZED_H_

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KITH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define KITH_SANITIZED 1
#endif
#endif
#ifndef KITH_SANITIZED
#define KITH_SANITIZED 0
#endif

#endif  // KITH_TESTS_SUPPORT_SANITIZED_H_
