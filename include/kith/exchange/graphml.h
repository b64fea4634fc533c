// Maps of relations for programs that draw graphs (GraphML 1.0: yEd, Gephi, Cytoscape, igraph, NetworkX).
#ifndef KITH_EXCHANGE_GRAPHML_H_
#define KITH_EXCHANGE_GRAPHML_H_

#include <string>

#include "kith/insight/relation_map.h"

namespace kith::exchange {

// UTF-8. A node's id is its record's number. Its data are the members of MapNode by their names; those that a node has not are left out,
// `roles` are parted by spaces. An edge's data are kind, strength and evidence, ids parted by spaces; acquaintances are undirected. What
// XML cannot hold (control characters) becomes U+FFFD.
[[nodiscard]] std::string ToGraphMl(const insight::RelationMap& map);

}  // namespace kith::exchange

#endif  // KITH_EXCHANGE_GRAPHML_H_
