// What fields of records say: null or empty where they say nothing.
#ifndef KITH_LIB_MODEL_FIELDS_INTERNAL_H_
#define KITH_LIB_MODEL_FIELDS_INTERNAL_H_

#include <cstddef>
#include <string>

#include "kith/engine/extension.h"

namespace kith::model {

inline Id RefOf(const Value& value) {
  const Id* id = value.get_if<Id>();
  return id == nullptr ? Id() : *id;
}

inline Id RefAt(record::View view, const catalog::FieldDef* field) { return field == nullptr ? Id() : view.GetRef(field->position); }

inline Id RefAt(const Draft& draft, size_t position) { return RefOf(draft.Get(position)); }

inline std::string TextAt(const Draft& draft, size_t position) {
  const std::string* text = draft.Get(position).get_if<std::string>();
  return text == nullptr ? std::string() : *text;
}

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_FIELDS_INTERNAL_H_
