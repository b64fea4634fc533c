// Signals belong to the host's threads: a thread that is started while this lives has them all blocked.
#ifndef KITH_BASE_SIGNALS_H_
#define KITH_BASE_SIGNALS_H_

#include <pthread.h>
#include <signal.h>

namespace kith {

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace kith

#endif  // KITH_BASE_SIGNALS_H_
