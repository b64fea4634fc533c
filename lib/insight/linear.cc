#include <algorithm>
#include <cmath>

#include "insight/linear_internal.h"

namespace kith::insight_internal {

double Factorize(std::vector<double>& a, size_t n) {
  double log_det = 0;
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = j; i < n; ++i) {
      double sum = a[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / a[j * n + j];
    }
    log_det += 2 * std::log(a[j * n + j]);
  }
  return log_det;
}

std::vector<double> SolveLower(const std::vector<double>& l, std::vector<double> b) {
  const size_t n = b.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) b[i] -= l[i * n + k] * b[k];
    b[i] /= l[i * n + i];
  }
  return b;
}

std::vector<double> Solve(const std::vector<double>& l, std::vector<double> b) {
  const size_t n = b.size();
  b = SolveLower(l, std::move(b));
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) b[i] -= l[k * n + i] * b[k];
    b[i] /= l[i * n + i];
  }
  return b;
}

}  // namespace kith::insight_internal
