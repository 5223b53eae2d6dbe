#include "tree.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace packs {
namespace {

constexpr std::size_t pageSize = 16384;
constexpr std::size_t pageHeader = 24;
constexpr std::size_t nodeHeader = 8;
constexpr std::size_t treeBytes = 48;
constexpr std::uint32_t magic = 0xbeefc0de;
constexpr std::uint16_t branchFlag = 0x01;
constexpr std::uint16_t leafFlag = 0x02;
constexpr std::uint16_t awayFlag = 0x01;
constexpr std::uint16_t treeFlag = 0x02;
constexpr std::uint64_t noPage = ~std::uint64_t{0};
/// Within a page that describes the file.
constexpr std::size_t magicAt = 24;
constexpr std::size_t pageSizeAt = 48;
constexpr std::size_t tablesAt = 96;
constexpr std::size_t lastPageAt = 144;
constexpr std::size_t commitAt = 152;

template <typename Value>
Value at(const std::uint8_t* bytes) {
  Value value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

void require(bool holds, const char* what) {
  if (!holds) throw Flaw(what);
}

int compare(Bytes one, Bytes other) {
  const int order = std::memcmp(one.data, other.data, std::min(one.size, other.size));
  if (order != 0) return order;
  return one.size < other.size ? -1 : one.size > other.size ? 1 : 0;
}

}  // namespace

Cursor::Cursor(const File& file, std::uint64_t commit, const std::string& table, Bytes key)
    : file_(file), commit_(commit) {
  require(file.size >= 2 * pageSize, "the file is too short");
  // Commits write to these two pages by turns, the one after next over this one.
  const std::uint8_t* meta = file.bytes + commit % 2 * pageSize;
  require(at<std::uint64_t>(meta + commitAt) == commit, "the head is of another commit");
  std::uint8_t tables[treeBytes];
  std::memcpy(tables, meta + tablesAt, sizeof tables);
  const bool isOurs = at<std::uint32_t>(meta + magicAt) == magic && at<std::uint32_t>(meta + pageSizeAt) == pageSize;
  pages_ = std::min<std::uint64_t>(file.size / pageSize, at<std::uint64_t>(meta + lastPageAt) + 1);
  require(isOurs && at<std::uint64_t>(meta + commitAt) == commit, "the head is not as it should be");

  // LMDB ends a name with a NUL.
  const Bytes name{reinterpret_cast<const std::uint8_t*>(table.c_str()), table.size() + 1};
  descend(tables, name);
  require(!isAtEnd() && compare(this->key(), name) == 0, "there is no such table");
  const Place& place = path_[depth_ - 1];
  const std::uint8_t* node = place.page.bytes + nodeAt(place.page, place.at);
  const Bytes tree = value();
  require(at<std::uint16_t>(node + 4) == treeFlag && tree.size == treeBytes, "the table is none");
  std::memcpy(tables, tree.data, sizeof tables);
  descend(tables, key);
}

Bytes Cursor::key() const {
  const Place& place = path_[depth_ - 1];
  return keyAt(place.page, place.at);
}

Bytes Cursor::value() const {
  const Place& place = path_[depth_ - 1];
  const std::uint32_t start = nodeAt(place.page, place.at);
  const std::uint8_t* node = place.page.bytes + start;
  if ((at<std::uint16_t>(node + 4) & awayFlag) != 0) return {nullptr, 0};
  const std::size_t size = at<std::uint16_t>(node) + std::size_t{at<std::uint16_t>(node + 2)} * 65536;
  const std::size_t from = start + nodeHeader + at<std::uint16_t>(node + 6);
  require(from + size <= pageSize, "a value lies outside of its page");
  return {place.page.bytes + from, size};
}

void Cursor::next() {
  path_[depth_ - 1].at++;
  ascend();
}

void Cursor::askFor(std::uint32_t leavesAhead) const {
  if (depth_ < 2) return;
  const Place& branch = path_[depth_ - 2];
  if (leavesAhead >= branch.page.entries - branch.at) return;
  const std::uint64_t leaf = childAt(branch.page, branch.at + leavesAhead);
  if (leaf >= pages_) return;
  madvise(const_cast<std::uint8_t*>(file_.bytes + leaf * pageSize), pageSize, MADV_WILLNEED);
}

/// From a place behind the last of its page to the first of the next leaf, if there is one.
void Cursor::ascend() {
  while (depth_ > 0 && path_[depth_ - 1].at >= path_[depth_ - 1].page.entries) {
    depth_--;
    if (depth_ > 0) path_[depth_ - 1].at++;
  }
  while (depth_ > 0 && !path_[depth_ - 1].page.isLeaf) {
    const Place& place = path_[depth_ - 1];
    enter(pageAt(childAt(place.page, place.at)), 0);
  }
}

void Cursor::descend(const std::uint8_t* tree, Bytes key) {
  depth_ = 0;
  const auto root = at<std::uint64_t>(tree + 40);
  levels_ = at<std::uint16_t>(tree + 6);
  if (root == noPage) return;
  require(levels_ >= 1 && levels_ <= mostLevels, "a tree has an impossible depth");
  for (Page page = pageAt(root);; page = pageAt(childAt(page, path_[depth_ - 1].at))) {
    if (page.isLeaf) {
      enter(page, firstNotBelow(page, key, 0));
      break;
    }
    // The first key of a branch is not told: all that is below the second lies there.
    std::uint32_t child = firstNotBelow(page, key, 1);
    if (child == page.entries || compare(keyAt(page, child), key) > 0) child--;
    enter(page, child);
  }
  ascend();
}

void Cursor::enter(const Page& page, std::uint32_t at) {
  require(depth_ < levels_ && page.isLeaf == (depth_ + 1 == levels_), "a page lies too high or too low");
  path_[depth_++] = {page, at};
  if (page.isLeaf) leaves_++;
}

std::uint32_t Cursor::firstNotBelow(const Page& page, Bytes key, std::uint32_t from) const {
  std::uint32_t end = page.entries;
  while (from < end) {
    const std::uint32_t middle = (from + end) / 2;
    if (compare(keyAt(page, middle), key) < 0) {
      from = middle + 1;
    } else {
      end = middle;
    }
  }
  return from;
}

Cursor::Page Cursor::pageAt(std::uint64_t number) const {
  require(number < pages_, "a page lies beyond the file");
  const std::uint8_t* bytes = file_.bytes + number * pageSize;
  const auto flags = at<std::uint16_t>(bytes + 18);
  require(at<std::uint64_t>(bytes) == number, "a page has the number of another");
  require(at<std::uint64_t>(bytes + 8) <= commit_, "a page is of a later commit");
  require(flags == branchFlag || flags == leafFlag, "a page is neither a branch nor a leaf");
  // Both count from the end of the page's head.
  const std::uint32_t lower = at<std::uint16_t>(bytes + 20);
  const std::uint32_t upper = at<std::uint16_t>(bytes + 22);
  const bool isLeaf = flags == leafFlag;
  require(lower % 2 == 0 && lower <= upper && upper <= pageSize - pageHeader, "a page has impossible bounds");
  require(isLeaf || lower >= 4, "a branch has less than two pages");
  return {bytes, isLeaf, lower / 2, upper};
}

std::uint32_t Cursor::nodeAt(const Page& page, std::uint32_t entry) const {
  const std::uint32_t offset = at<std::uint16_t>(page.bytes + pageHeader + 2 * std::size_t{entry});
  const std::uint32_t start = pageHeader + offset;
  require(offset % 2 == 0 && offset >= page.upper && start + nodeHeader <= pageSize, "a record lies outside of its page");
  require(start + nodeHeader + at<std::uint16_t>(page.bytes + start + 6) <= pageSize, "a key lies outside of its page");
  return start;
}

std::uint64_t Cursor::childAt(const Page& page, std::uint32_t entry) const {
  const std::uint8_t* node = page.bytes + nodeAt(page, entry);
  return at<std::uint16_t>(node) + (std::uint64_t{at<std::uint16_t>(node + 2)} << 16) +
         (std::uint64_t{at<std::uint16_t>(node + 4)} << 32);
}

Bytes Cursor::keyAt(const Page& page, std::uint32_t entry) const {
  const std::uint32_t start = nodeAt(page, entry);
  return {page.bytes + start + nodeHeader, at<std::uint16_t>(page.bytes + start + 6)};
}

}  // namespace packs
