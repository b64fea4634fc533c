#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "peers/report.h"

namespace kith::peers {
namespace {

// Apart for colour-blind eyes too (Okabe and Ito 2008).
constexpr std::array<const char*, 5> kColours = {"#000000", "#e69f00", "#0072b2", "#d55e00", "#009e73"};

template <typename... Arguments>
std::string Format(const char* format, Arguments... arguments) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), format, arguments...);
  return text.data();
}

std::string Escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Text(double x, double y, const std::string& text, const char* more = "") {
  return Format(R"(<text x="%.1f" y="%.1f" %s>)", x, y, more) + Escaped(text) + "</text>\n";
}
std::string Line(double x1, double y1, double x2, double y2, const char* colour, double width) {
  return Format(R"(<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%.1f"/>)", x1, y1, x2, y2, colour, width) + "\n";
}
std::string Dot(double x, double y, const char* colour, const std::string& title) {
  return Format(R"(<circle cx="%.1f" cy="%.1f" r="4" fill="%s"><title>)", x, y, colour) + Escaped(title) + "</title></circle>\n";
}
std::string Open(double width, double height) {
  return Format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="12">)", width,
                height) +
         "\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
}
std::string Legend(const std::vector<std::string>& stores, double x, double y, size_t first) {
  std::string svg;
  for (size_t i = first; i < stores.size(); ++i, x += 90)
    svg += Dot(x, y - 4, kColours[i % kColours.size()], stores[i]) + Text(x + 8, y, stores[i]);
  return svg;
}

// A logarithmic axis from whole power to whole power of ten.
struct Axis {
  double from;
  double to;
  double at;
  double length;
  [[nodiscard]] double Of(double value) const { return at + (std::log10(value) - from) / (to - from) * length; }
  static Axis Around(double low, double high, double at, double length) {
    const double from = std::floor(std::log10(low));
    return {from, std::max(std::ceil(std::log10(high)), from + 1), at, length};
  }
};

}  // namespace

std::string RatioChart(const Report& report, const std::string& title) {
  constexpr double kLeft = 330;
  constexpr double kTop = 70;
  constexpr double kRow = 22;
  constexpr double kWidth = 1000;
  double low = 1;
  double high = 1;
  std::vector<std::string> workloads;
  for (const std::string& workload : report.workloads()) {
    if (!report.Has(workload, Report::kOwn)) continue;
    bool compared = false;
    for (const std::string& store : report.stores()) {
      if (store == Report::kOwn || !report.Has(workload, store)) continue;
      const Spread ratio = report.RatioOf(workload, store);
      low = std::min(low, ratio.low);
      high = std::max(high, ratio.high);
      compared = true;
    }
    if (compared) workloads.push_back(workload);
  }
  const Axis axis = Axis::Around(low, high, kLeft, kWidth - kLeft - 30);
  const double bottom = kTop + kRow * static_cast<double>(workloads.size());
  std::string svg = Open(kWidth, bottom + 40) + Text(10, 22, title, R"(font-size="16" font-weight="bold")");
  svg += Text(10, 42, "Time beside Kith's, interleaved in one run: right of 1 takes longer than Kith. Dots are medians, lines quartiles.");
  svg += Legend(report.stores(), kLeft, 60, 1);
  for (double power = axis.from; power <= axis.to; ++power) {
    const double value = std::pow(10, power);
    svg += Line(axis.Of(value), kTop, axis.Of(value), bottom, power == 0 ? "#000000" : "#d0d0d0", power == 0 ? 1.5 : 1);
    svg += Text(axis.Of(value), bottom + 18, Format("%gx", value), R"(text-anchor="middle")");
  }
  double y = kTop + kRow / 2;
  for (const std::string& workload : workloads) {
    svg += Text(kLeft - 10, y + 4, workload, R"(text-anchor="end")");
    for (size_t i = 0; i < report.stores().size(); ++i) {
      const std::string& store = report.stores()[i];
      if (store == Report::kOwn || !report.Has(workload, store)) continue;
      const Spread ratio = report.RatioOf(workload, store);
      const char* colour = kColours[i % kColours.size()];
      svg += Line(axis.Of(ratio.low), y, axis.Of(ratio.high), y, colour, 2);
      svg += Dot(axis.Of(ratio.median), y, colour, Format("%s: %.2f", store.c_str(), ratio.median));
    }
    y += kRow;
  }
  return svg + "</svg>\n";
}

namespace {

constexpr double kPanelWidth = 300;
constexpr double kPanelHeight = 190;

// One workload: lines by store.
std::string Panel(const std::vector<std::pair<uint64_t, Report>>& runs, const std::string& workload, double left, double top) {
  const std::vector<std::string>& stores = runs.back().second.stores();
  double low = HUGE_VAL;
  double high = 0;
  for (const auto& [rows, report] : runs) {
    for (const std::string& store : stores) {
      if (!report.Has(workload, store)) continue;
      low = std::min(low, report.TimeOf(workload, store).median);
      high = std::max(high, report.TimeOf(workload, store).median);
    }
  }
  const Axis across =
      Axis::Around(static_cast<double>(runs.front().first), static_cast<double>(runs.back().first), left + 60, kPanelWidth - 90);
  const Axis up = Axis::Around(low, high, top + kPanelHeight - 40, -(kPanelHeight - 80));
  std::string svg = Text(left + 10, top + 22, workload, R"(font-weight="bold")");
  for (double power = up.from; power <= up.to; ++power) {
    const double y = up.Of(std::pow(10, power));
    svg += Line(left + 60, y, left + kPanelWidth - 30, y, "#d0d0d0", 1) +
           Text(left + 55, y + 4, Human(std::pow(10, power)), R"(text-anchor="end")");
  }
  for (const auto& [rows, report] : runs) {
    const auto count = static_cast<double>(rows);
    svg += Text(across.Of(count), top + kPanelHeight - 22, Format("%g", count), R"(text-anchor="middle")");
  }
  for (size_t i = 0; i < stores.size(); ++i) {
    const char* colour = kColours[i % kColours.size()];
    double x = 0;
    double y = 0;
    for (const auto& [rows, report] : runs) {
      if (!report.Has(workload, stores[i])) continue;
      const double time = report.TimeOf(workload, stores[i]).median;
      const double next_x = across.Of(static_cast<double>(rows));
      const double next_y = up.Of(time);
      if (x > 0) svg += Line(x, y, next_x, next_y, colour, 1.5);
      svg += Dot(next_x, next_y, colour, stores[i] + ": " + Human(time));
      x = next_x;
      y = next_y;
    }
  }
  return svg;
}

}  // namespace

std::string GrowthChart(const std::vector<std::pair<uint64_t, Report>>& runs) {
  constexpr size_t kColumns = 3;
  constexpr double kTop = 60;
  const Report& last = runs.back().second;
  std::vector<std::string> workloads;
  for (const std::string& workload : last.workloads()) {
    if (runs.front().second.Has(workload, Report::kOwn)) workloads.push_back(workload);
  }
  const size_t lines = (workloads.size() + kColumns - 1) / kColumns;
  std::string svg = Open(kPanelWidth * kColumns, kTop + kPanelHeight * static_cast<double>(lines));
  svg += Text(10, 22, "Time per operation by number of rows", R"(font-size="16" font-weight="bold")") + Legend(last.stores(), 16, 46, 0);
  for (size_t i = 0; i < workloads.size(); ++i) {
    svg +=
        Panel(runs, workloads[i], kPanelWidth * static_cast<double>(i % kColumns), kTop + kPanelHeight * static_cast<double>(i / kColumns));
  }
  return svg + "</svg>\n";
}

}  // namespace kith::peers
