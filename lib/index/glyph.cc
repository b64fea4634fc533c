#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "index/glyph_internal.h"

namespace kith::index {
namespace {

constexpr int32_t kCodePoints = 0x110000;
constexpr int32_t kPageGlyphs = 256;
using Page = std::array<Glyph, kPageGlyphs>;

std::string ToUtf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

// ICU's objects. A transliterator is not safe for several threads: the lock of the pages guards them.
class Tables {
 public:
  Tables() {
    UErrorCode error = U_ZERO_ERROR;
    fold_ = icu::Normalizer2::getNFKCCasefoldInstance(error);
    compose_ = icu::Normalizer2::getNFCInstance(error);
    decompose_ = icu::Normalizer2::getNFDInstance(error);
    simplify_ = Make("Traditional-Simplified");
    pinyin_ = Make("Han-Latin");
    surname_ = Make("Han-Latin/Names");
  }

  [[nodiscard]] Glyph Make(int32_t code_point) const {
    Glyph glyph;
    const icu::UnicodeString folded = Normal(icu::UnicodeString(code_point));
    glyph.folded = ToUtf8(folded);
    glyph.letter = LetterOf(folded.isEmpty() ? code_point : folded.char32At(0));
    if (glyph.letter == Letter::kHan && folded.countChar32() == 1) {
      glyph.pinyin = Reading(pinyin_.get(), folded);
      glyph.surname = Reading(surname_.get(), folded);
    }
    return glyph;
  }

 private:
  static std::unique_ptr<icu::Transliterator> Make(const char* id) {
    UErrorCode error = U_ZERO_ERROR;
    return std::unique_ptr<icu::Transliterator>(icu::Transliterator::createInstance(id, UTRANS_FORWARD, error));
  }
  static Letter LetterOf(int32_t code_point) {
    UErrorCode error = U_ZERO_ERROR;
    switch (uscript_getScript(code_point, &error)) {
      case USCRIPT_HAN:
      case USCRIPT_HIRAGANA:
      case USCRIPT_KATAKANA:
      case USCRIPT_HANGUL:
        return u_isalnum(code_point) != 0 ? Letter::kHan : Letter::kNone;
      default:
        break;
    }
    if (u_isdigit(code_point) != 0) return Letter::kDigit;
    return u_isalnum(code_point) != 0 || (U_GET_GC_MASK(code_point) & U_GC_M_MASK) != 0 ? Letter::kWord : Letter::kNone;
  }
  [[nodiscard]] icu::UnicodeString Folded(const icu::UnicodeString& text) const {
    UErrorCode error = U_ZERO_ERROR;
    return fold_->normalize(text, error);
  }
  // The accents that European scripts share; marks of other scripts tell letters apart.
  [[nodiscard]] icu::UnicodeString WithoutAccents(const icu::UnicodeString& text) const {
    UErrorCode error = U_ZERO_ERROR;
    const icu::UnicodeString parts = decompose_->normalize(text, error);
    icu::UnicodeString kept;
    for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
      const UChar32 c = parts.char32At(i);
      if (c < 0x300 || c > 0x36F) kept.append(c);
    }
    return compose_->normalize(kept, error);
  }
  [[nodiscard]] icu::UnicodeString Simplified(icu::UnicodeString text) const {
    if (simplify_ != nullptr) simplify_->transliterate(text);
    return text;
  }
  // One step may open another: 薴 becomes 苧, which is traditional for 苎.
  [[nodiscard]] icu::UnicodeString Normal(icu::UnicodeString text) const {
    constexpr int kSteps = 4;
    for (int i = 0; i < kSteps; ++i) {
      icu::UnicodeString next = Simplified(WithoutAccents(Folded(text)));
      if (next == text) break;
      text = std::move(next);
    }
    return text;
  }
  // Letters a to z alone, empty when there is no reading.
  [[nodiscard]] std::string Reading(const icu::Transliterator* reader, icu::UnicodeString text) const {
    if (reader == nullptr) return {};
    reader->transliterate(text);
    std::string reading;
    for (const char c : ToUtf8(WithoutAccents(Folded(text)))) {
      if (c >= 'a' && c <= 'z') {
        reading.push_back(c);
      } else if (c != ' ') {
        return {};
      }
    }
    return reading;
  }

  const icu::Normalizer2* fold_ = nullptr;
  const icu::Normalizer2* compose_ = nullptr;
  const icu::Normalizer2* decompose_ = nullptr;
  std::unique_ptr<icu::Transliterator> simplify_;
  std::unique_ptr<icu::Transliterator> pinyin_;
  std::unique_ptr<icu::Transliterator> surname_;
};

// Pages live as long as the process.
const Page& MakePage(std::atomic<const Page*>& place, int32_t first) {
  static std::mutex mutex;
  static const Tables* const tables = new Tables();
  const std::lock_guard<std::mutex> lock(mutex);
  if (const Page* made = place.load(std::memory_order_acquire); made != nullptr) return *made;
  auto page = std::make_unique<Page>();
  for (int32_t i = 0; i < kPageGlyphs; ++i) (*page)[static_cast<size_t>(i)] = tables->Make(first + i);
  const Page* made = page.release();
  place.store(made, std::memory_order_release);
  return *made;
}

}  // namespace

const Glyph& GlyphOf(int32_t code_point) {
  static std::array<std::atomic<const Page*>, kCodePoints / kPageGlyphs> pages = {};
  if (code_point < 0 || code_point >= kCodePoints || U_IS_SURROGATE(code_point)) code_point = ' ';
  std::atomic<const Page*>& place = pages[static_cast<size_t>(code_point / kPageGlyphs)];
  const Page* page = place.load(std::memory_order_acquire);
  if (page == nullptr) page = &MakePage(place, code_point - code_point % kPageGlyphs);
  return (*page)[static_cast<size_t>(code_point % kPageGlyphs)];
}

int32_t NextCodePoint(std::string_view text, size_t& at) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  UChar32 code_point = 0;
  U8_NEXT(bytes, at, text.size(), code_point);
  return code_point;
}

}  // namespace kith::index
