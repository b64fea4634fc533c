// Small symmetric positive definite systems.
#ifndef KITH_LIB_INSIGHT_LINEAR_INTERNAL_H_
#define KITH_LIB_INSIGHT_LINEAR_INTERNAL_H_

#include <cstddef>
#include <vector>

namespace kith::insight_internal {

// A symmetric positive definite matrix of n rows, row after row; its lower Cholesky factor takes its place. The log of its determinant.
double Factorize(std::vector<double>& a, size_t n);

// x with L x = b, and with L L^T x = b, for the factor L that Factorize left.
[[nodiscard]] std::vector<double> SolveLower(const std::vector<double>& l, std::vector<double> b);
[[nodiscard]] std::vector<double> Solve(const std::vector<double>& l, std::vector<double> b);

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_LINEAR_INTERNAL_H_
