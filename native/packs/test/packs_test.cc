#include "../core/packs.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "../../crc32c/core/crc32c.h"

// A file of two leaves under a branch, read whole, and with bytes that were overwritten: then each row that is read is
// one that was written, and nothing is read beyond the file. test/unit/native/packs.test.ts reads files of LMDB's own.
namespace {

constexpr std::size_t pageSize = 16384;
constexpr std::size_t codeBytes = 144;
constexpr std::uint64_t commit = 8;
constexpr int packCount = 12;
const char table[] = "codes";
const std::uint8_t model[] = {1, 'm'};

void require(bool holds, const char* what, int round) {
  if (holds) return;
  std::fprintf(stderr, "packs: round %d: %s\n", round, what);
  std::exit(1);
}

using Page = std::vector<std::uint8_t>;

template <typename Value>
void put(Page& page, std::size_t at, Value value) {
  std::memcpy(page.data() + at, &value, sizeof value);
}

Page emptyPage(std::uint64_t number, std::uint16_t flags) {
  Page page(pageSize);
  put<std::uint64_t>(page, 0, number);
  put<std::uint64_t>(page, 8, commit);
  put<std::uint16_t>(page, 18, flags);
  put<std::uint16_t>(page, 22, pageSize - 24);
  return page;
}

/// The three first numbers of a record hold the size of its value and flags, or the number of a branch's child.
void addRecord(Page& page, std::uint64_t numbers, const Page& key, const Page& value) {
  std::uint16_t lower;
  std::uint16_t upper;
  std::memcpy(&lower, page.data() + 20, 2);
  std::memcpy(&upper, page.data() + 22, 2);
  const std::size_t size = (8 + key.size() + value.size() + 1) / 2 * 2;
  upper = static_cast<std::uint16_t>(upper - size);
  const std::size_t at = 24 + std::size_t{upper};
  put<std::uint16_t>(page, 24 + std::size_t{lower}, upper);
  put<std::uint16_t>(page, 20, static_cast<std::uint16_t>(lower + 2));
  put<std::uint16_t>(page, 22, upper);
  put<std::uint64_t>(page, at, numbers | std::uint64_t{key.size()} << 48);
  std::copy(key.begin(), key.end(), page.begin() + static_cast<std::ptrdiff_t>(at) + 8);
  std::copy(value.begin(), value.end(), page.begin() + static_cast<std::ptrdiff_t>(at + 8 + key.size()));
}

Page treeOf(std::uint64_t root, std::uint16_t depth) {
  Page tree(48);
  put<std::uint16_t>(tree, 6, depth);
  put<std::uint64_t>(tree, 40, root);
  return tree;
}

Page keyOf(int pack) {
  Page key(8);
  key[7] = static_cast<std::uint8_t>(pack);
  return key;
}

std::uint8_t codeByte(int row, std::size_t at) { return static_cast<std::uint8_t>(row * 31 + static_cast<int>(at)); }

/// Eight rows, two of each person.
Page packOf(int pack) {
  Page payload{1, 1, 'm'};
  payload.insert(payload.end(), packs::idBytes, 7);
  payload.insert(payload.end(), {8, codeBytes, 0});
  for (std::uint8_t place = 0; place < 8; place++) payload.push_back(place);
  for (int place = 0; place < 8; place++) {
    payload.insert(payload.end(), packs::idBytes, static_cast<std::uint8_t>(pack * 4 + place / 2));
  }
  for (int place = 0; place < 8; place++) {
    for (std::size_t at = 0; at < codeBytes; at++) payload.push_back(codeByte(pack * 8 + place, at));
  }
  const Page key = keyOf(pack);
  std::uint32_t sum = crc::crc32c(0, reinterpret_cast<const std::uint8_t*>(table), sizeof table);
  sum = crc::crc32c(crc::crc32c(sum, key.data(), key.size()), payload.data(), payload.size());
  Page value{1, 0, 0, 0, 0};
  put(value, 1, sum);
  value.insert(value.end(), payload.begin(), payload.end());
  return value;
}

std::vector<std::uint8_t> makeFile() {
  Page meta = emptyPage(0, 8);
  put<std::uint32_t>(meta, 24, 0xbeefc0de);
  put<std::uint32_t>(meta, 48, pageSize);
  const Page tables = treeOf(2, 1);
  std::copy(tables.begin(), tables.end(), meta.begin() + 96);
  put<std::uint64_t>(meta, 144, 5);
  put<std::uint64_t>(meta, 152, commit);

  Page list = emptyPage(2, 2);
  const auto* name = reinterpret_cast<const std::uint8_t*>(table);
  addRecord(list, 48 | std::uint64_t{2} << 32, Page(name, name + sizeof table), treeOf(3, 2));
  Page branch = emptyPage(3, 1);
  addRecord(branch, 4, {}, {});
  addRecord(branch, 5, keyOf(packCount / 2), {});
  std::vector<Page> leaves{emptyPage(4, 2), emptyPage(5, 2)};
  for (int pack = 0; pack < packCount; pack++) {
    const Page value = packOf(pack);
    addRecord(leaves[static_cast<std::size_t>(pack * 2 / packCount)], value.size(), keyOf(pack), value);
  }
  std::vector<std::uint8_t> file;
  for (const Page& page : {meta, Page(pageSize), list, branch, leaves[0], leaves[1]}) {
    file.insert(file.end(), page.begin(), page.end());
  }
  return file;
}

struct Room {
  explicit Room(std::uint32_t most)
      : numbers(most), codes(most * codeBytes), persons(most * packs::idBytes), runCollections(most), runRows(most),
        collections(4 * packs::idBytes) {}

  packs::Columns columns() {
    return {static_cast<std::uint32_t>(numbers.size()), numbers.data(), codes.data(), persons.data(),
            runCollections.data(), runRows.data(), 4, collections.data()};
  }

  std::vector<double> numbers;
  std::vector<std::uint8_t> codes;
  std::vector<std::uint8_t> persons;
  std::vector<std::uint32_t> runCollections;
  std::vector<std::uint32_t> runRows;
  std::vector<std::uint8_t> collections;
};

void checkRows(const packs::Read& found, const Room& room, int round) {
  std::uint32_t row = 0;
  for (std::uint32_t run = 0; run < found.runs; run++) {
    for (const std::uint32_t end = row + room.runRows[run]; row < end; row++) {
      const int number = static_cast<int>(room.numbers[row]);
      require(room.persons[run * packs::idBytes] == number / 2, "a row is whose it was", round);
      for (std::size_t at = 0; at < codeBytes; at++) {
        require(room.codes[row * codeBytes + at] == codeByte(number, at), "a code is what it was", round);
      }
    }
  }
  require(row == found.rows, "runs have all rows", round);
}

}  // namespace

int main() {
  const std::vector<std::uint8_t> whole = makeFile();
  const packs::Wish wish{table, 0, 100, {model, sizeof model}, codeBytes, 1000, 2};
  Room all(packCount * 8);
  const packs::Read found = packs::read({whole.data(), whole.size()}, commit, wish, all.columns());
  require(found.rows == packCount * 8 && found.runs == packCount * 4 && found.collections == 1 && found.next == 100,
          "all is read", 0);
  checkRows(found, all, 0);

  std::mt19937 random(20261122);
  for (int round = 1; round <= 20000; round++) {
    std::vector<std::uint8_t> file = whole;
    if (round % 10 == 0) file.resize(random() % file.size());
    for (std::uint32_t left = 1 + random() % 4; left > 0 && !file.empty(); left--) {
      // Mostly in what says where things are.
      const std::size_t page = random() % (whole.size() / pageSize) * pageSize;
      const std::size_t at = page + (random() % 2 == 0 ? random() % 200 : random() % pageSize);
      if (at < file.size()) file[at] = static_cast<std::uint8_t>(random());
    }
    Room room(1 + random() % (packCount * 8));
    checkRows(packs::read({file.data(), file.size()}, commit, wish, room.columns()), room, round);
  }
  std::puts("packs: what is read is what was written, whatever becomes of the file");
}
