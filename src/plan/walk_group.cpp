// The prerequisites of a group's targets. The walk looks at those of all of them for each one, so that a list may be
// gone through several times at once, and lose circular prerequisites meanwhile. They are chains, as in GNU Make,
// since a chain may come to be the end of another one.
#include "walker.h"

namespace cmz {

// The same recipe makes the other members of the target's group: what they need must be up to date
// too. Goes on to the next member's prerequisites (with `&:` also the target's own, once more);
// false when there is none.
bool Walker::next_member(Frame& frame) {
  const TargetGroup* group = frame.target->group;
  if (!group || frame.node != 0) return false;  // it waits, or has failed
  while (frame.member < group->members.size()) {
    Target* member = group->members[frame.member++];
    if (member == frame.target && !group->is_explicit) continue;
    plan_.search.expand_prerequisites(*member);
    begin_list(frame, *member);
    return true;
  }
  return false;
}

void Walker::begin_chain(Frame& frame) {
  Target& walked = *frame.walked;
  const auto [found, is_new] = chains_.try_emplace(&walked);
  Chain& chain = found->second;
  if (is_new || chain.size != walked.prerequisites.size()) {  // an implicit rule has added some
    chain.size = walked.prerequisites.size();
    chain.first = 0;
    for (size_t i = chain.size; i-- > 0;) {
      nodes_.push_back({order_.at(walked, i), chain.first});
      chain.first = static_cast<uint32_t>(nodes_.size() - 1);
    }
  }
  frame.node = chain.first;
  frame.last_kept = 0;
}

void Walker::advance_chain(Frame& frame) {
  frame.last_kept = frame.node;
  frame.node = nodes_[frame.node].next;
}

// A circular prerequisite. When none before it was kept, GNU Make changes the list of the target whose turn it is,
// though it be the list of a peer that it goes through: that target is left with the rest of the peer's.
void Walker::drop_from_chain(Frame& frame) {
  Target& asker = *frame.target;
  const PrerequisiteNode& dropped = nodes_[frame.node];
  tell_circular(asker, *dropped.prerequisite.target);
  (frame.last_kept == 0 ? chains_.at(&asker).first : nodes_[frame.last_kept].next) = dropped.next;
  frame.node = dropped.next;
  for (Target* member : asker.group->members) {
    const auto found = chains_.find(member);
    if (found == chains_.end()) continue;
    std::vector<Prerequisite>& list = member->prerequisites;
    list.clear();
    for (uint32_t node = found->second.first; node != 0; node = nodes_[node].next)
      list.push_back(nodes_[node].prerequisite);
    found->second.size = list.size();
    order_.forget(*member);
  }
}

}  // namespace cmz
