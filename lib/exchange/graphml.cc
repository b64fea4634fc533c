#include "kith/exchange/graphml.h"

#include <array>
#include <charconv>
#include <string_view>

namespace kith::exchange {
namespace {

using insight::MapEdge;
using insight::MapEdgeKind;
using insight::MapNode;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void AppendXmlText(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    const char c = text[i];
    if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {  // no characters in XML
      out += kReplacement;
      i += 2;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '\r') {
      out += "&#13;";  // as such it would be read as a line's end
    } else if (static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n') {
      out += kReplacement;
    } else {
      out += c;
    }
  }
}

void AppendData(std::string_view key, std::string_view text, std::string& out) {
  if (text.empty()) return;
  out += "<data key=\"";
  out += key;
  out += "\">";
  AppendXmlText(text, out);
  out += "</data>";
}
void AppendData(std::string_view key, bool value, std::string& out) { AppendData(key, std::string_view(value ? "true" : "false"), out); }
void AppendData(std::string_view key, double value, std::string& out) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  AppendData(key, std::string_view(digits.data(), end), out);
}

struct Key {
  std::string_view name;
  std::string_view kind;
};
constexpr Key kNodeKeys[] = {{"type", "string"},       {"name", "string"},      {"ours", "boolean"},     {"active", "boolean"},
                             {"title", "string"},      {"level", "string"},     {"tier", "string"},      {"roles", "string"},
                             {"veto", "boolean"},      {"approve", "boolean"},  {"political", "string"}, {"stance", "double"},
                             {"confidence", "double"}, {"closeness", "double"}, {"light", "string"},     {"weight", "double"},
                             {"influence", "double"}};
constexpr Key kEdgeKeys[] = {{"kind", "string"}, {"strength", "double"}, {"evidence", "string"}};

void AppendKey(const Key& key, std::string_view of, std::string& out) {
  out += "<key id=\"";
  out += key.name;
  out += "\" for=\"";
  out += of;
  out += "\" attr.name=\"";
  out += key.name;
  out += "\" attr.type=\"";
  out += key.kind;
  out += "\"/>\n";
}

template <typename List, typename ToText>
std::string Joined(const List& list, const ToText& to_text) {
  std::string text;
  for (const auto& one : list) {
    if (!text.empty()) text += ' ';
    text += to_text(one);
  }
  return text;
}

void AppendNode(const MapNode& node, std::string& out) {
  out += "<node id=\"" + std::to_string(node.record.value()) + "\">";
  AppendData("type", node.type, out);
  AppendData("name", node.name, out);
  AppendData("ours", node.ours, out);
  if (node.ours) {
    AppendData("active", node.active, out);
  } else {
    AppendData("title", node.title, out);
    AppendData("level", node.level, out);
    AppendData("tier", node.tier, out);
    AppendData("roles", Joined(node.roles, [](insight::ChainRole role) { return NameOf(role); }), out);
    AppendData("veto", node.veto, out);
    AppendData("approve", node.approve, out);
    AppendData("political", NameOf(node.political), out);
    AppendData("stance", node.stance, out);
    AppendData("confidence", node.confidence, out);
    AppendData("closeness", node.closeness, out);
    AppendData("light", NameOf(node.light), out);
    if (node.weight) AppendData("weight", *node.weight, out);
    if (node.influence) AppendData("influence", *node.influence, out);
  }
  out += "</node>\n";
}

void AppendEdge(const MapEdge& edge, std::string& out) {
  out += "<edge source=\"" + std::to_string(edge.from.value()) + "\" target=\"" + std::to_string(edge.to.value()) + "\"";
  if (edge.kind == MapEdgeKind::kKnows) out += " directed=\"false\"";
  out += ">";
  AppendData("kind", NameOf(edge.kind), out);
  AppendData("strength", edge.strength, out);
  AppendData("evidence", Joined(edge.evidence, [](Id id) { return std::to_string(id.value()); }), out);
  out += "</edge>\n";
}

}  // namespace

std::string ToGraphMl(const insight::RelationMap& map) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
  for (const Key& key : kNodeKeys) AppendKey(key, "node", out);
  for (const Key& key : kEdgeKeys) AppendKey(key, "edge", out);
  out += "<graph edgedefault=\"directed\">\n";
  for (const MapNode& node : map.nodes) AppendNode(node, out);
  for (const MapEdge& edge : map.edges) AppendEdge(edge, out);
  out += "</graph>\n</graphml>\n";
  return out;
}

}  // namespace kith::exchange
