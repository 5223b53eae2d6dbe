#include "packs.h"

#include <chrono>
#include <cstring>

#include "../../crc32c/core/crc32c.h"

namespace packs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint8_t checksummed = 1;
constexpr std::size_t checksumBytes = 5;
constexpr std::uint8_t version = 1;
constexpr std::size_t keyBytes = 8;
/// Of the count and the bytes a code.
constexpr std::size_t sizesBytes = 3;

void keyOf(std::uint64_t pack, std::uint8_t* key) {
  for (std::size_t i = 0; i < keyBytes; i++) key[i] = static_cast<std::uint8_t>(pack >> 8 * (keyBytes - 1 - i));
}

std::uint64_t packOf(Bytes key) {
  std::uint64_t pack = 0;
  for (std::size_t i = 0; i < keyBytes; i++) pack = pack << 8 | key.data[i];
  return pack;
}

/// What is protected, without what protects it; at null where the record is damaged or sealed.
Bytes open(std::uint32_t tableSum, Bytes key, Bytes value) {
  if (value.size < checksumBytes || value.data[0] != checksummed) return {nullptr, 0};
  const Bytes payload{value.data + checksumBytes, value.size - checksumBytes};
  std::uint32_t sum;
  std::memcpy(&sum, value.data + 1, sizeof sum);
  const std::uint32_t found = crc::crc32c(crc::crc32c(tableSum, key.data, key.size), payload.data, payload.size);
  return sum == found ? payload : Bytes{nullptr, 0};
}

/// Writes the rows of packs one after the other.
class Writer {
 public:
  Writer(const Wish& wish, const Columns& columns) : wish_(wish), columns_(columns) {}

  /// False, having written nothing, for a pack that is not as all others, or has no room.
  bool take(std::uint64_t pack, Bytes payload) {
    const Read before = read;
    const std::uint32_t lastRun = read.runs > 0 ? columns_.runRows[read.runs - 1] : 0;
    if (payload.size > 0 && payload.data[0] == version && takeGroups(pack, payload)) return true;
    read = before;
    if (read.runs > 0) columns_.runRows[read.runs - 1] = lastRun;
    return false;
  }

  Read read;

 private:
  bool takeGroups(std::uint64_t pack, Bytes payload) {
    std::size_t head = 1;
    while (head < payload.size) {
      const std::size_t collection = head + wish_.model.size;
      const std::size_t sizes = collection + idBytes;
      if (sizes + sizesBytes > payload.size) return false;
      if (std::memcmp(payload.data + head, wish_.model.data, wish_.model.size) != 0) return false;
      const std::uint32_t count = payload.data[sizes];
      const std::size_t codeBytes = payload.data[sizes + 1] + std::size_t{payload.data[sizes + 2]} * 256;
      const std::size_t places = sizes + sizesBytes;
      const std::size_t end = places + count * (1 + idBytes + codeBytes);
      if (count == 0 || codeBytes != wish_.codeBytes || end > payload.size) return false;
      if (read.rows + count > columns_.most || !findCollection(payload.data + collection)) return false;
      takeRows(pack, payload.data + places, count);
      head = end;
    }
    return true;
  }

  void takeRows(std::uint64_t pack, const std::uint8_t* places, std::uint32_t count) {
    const std::uint8_t* persons = places + count;
    const std::uint8_t* codes = persons + count * idBytes;
    for (std::uint32_t row = 0; row < count; row++) {
      columns_.numbers[read.rows + row] = static_cast<double>(pack * packSize + places[row]);
      takePerson(persons + row * idBytes);
    }
    std::memcpy(columns_.codes + read.rows * wish_.codeBytes, codes, count * wish_.codeBytes);
    read.rows += count;
  }

  void takePerson(const std::uint8_t* person) {
    const bool isSame = read.runs > 0 && columns_.runCollections[read.runs - 1] == collection_ &&
                        std::memcmp(columns_.persons + (read.runs - 1) * idBytes, person, idBytes) == 0;
    if (isSame) {
      columns_.runRows[read.runs - 1]++;
      return;
    }
    std::memcpy(columns_.persons + read.runs * idBytes, person, idBytes);
    columns_.runCollections[read.runs] = collection_;
    columns_.runRows[read.runs++] = 1;
  }

  /// Neighbours are mostly of one collection.
  bool findCollection(const std::uint8_t* id) {
    if (collection_ < read.collections && isAt(collection_, id)) return true;
    for (collection_ = 0; collection_ < read.collections; collection_++) {
      if (isAt(collection_, id)) return true;
    }
    if (read.collections == columns_.mostCollections) return false;
    std::memcpy(columns_.collections + read.collections++ * idBytes, id, idBytes);
    return true;
  }

  bool isAt(std::uint32_t collection, const std::uint8_t* id) const {
    return std::memcmp(columns_.collections + collection * idBytes, id, idBytes) == 0;
  }

  const Wish& wish_;
  const Columns& columns_;
  /// Of the group that is taken.
  std::uint32_t collection_ = 0;
};

void lookAhead(const Cursor& cursor, std::uint32_t first, std::uint32_t last) {
  for (std::uint32_t ahead = first; ahead > 0 && ahead <= last; ahead++) cursor.askFor(ahead);
}

}  // namespace

Read read(const File& file, std::uint64_t commit, const Wish& wish, const Columns& columns) {
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double, std::milli>(wish.milliseconds));
  const auto* name = reinterpret_cast<const std::uint8_t*>(wish.table.c_str());
  const std::uint32_t tableSum = crc::crc32c(0, name, wish.table.size() + 1);
  Writer writer(wish, columns);
  writer.read.next = wish.from;
  try {
    std::uint8_t first[keyBytes];
    keyOf(wish.from, first);
    Cursor cursor(file, commit, wish.table, {first, keyBytes});
    for (; !cursor.isAtEnd(); cursor.next()) {
      if (cursor.leaves() != writer.read.leaves) {
        if (writer.read.leaves > 0 && Clock::now() >= end) return writer.read;
        lookAhead(cursor, writer.read.leaves == 0 ? 1 : wish.leavesAhead, wish.leavesAhead);
        writer.read.leaves = cursor.leaves();
      }
      const Bytes key = cursor.key();
      // Not a number of ours.
      if (key.size != keyBytes || packOf(key) < writer.read.next) return writer.read;
      const std::uint64_t pack = packOf(key);
      if (pack >= wish.before) break;
      writer.read.next = pack;
      const Bytes value = cursor.value();
      const Bytes payload = open(tableSum, key, value);
      if (payload.data == nullptr || !writer.take(pack, payload)) return writer.read;
      writer.read.next = pack + 1;
    }
  } catch (const Flaw&) {
    // What was read before it holds.
    return writer.read;
  }
  writer.read.next = wish.before;
  return writer.read;
}

}  // namespace packs
