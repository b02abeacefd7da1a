// The bytes between both processes, and the memory that pointers lead to. Part of judge.cpp and of guest.cpp.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "acrisol.hpp"

// Only there where the program is built with AddressSanitizer.
extern "C" {
__attribute__((weak)) int __asan_address_is_poisoned(const volatile void*);
__attribute__((weak)) void* __asan_region_is_poisoned(void*, size_t);
__attribute__((weak)) const char* __asan_locate_address(void*, char*, size_t, void**, size_t*);
}

namespace acrisol {

enum : unsigned char { CALL = 1, PING = 2, ANSWER = 3, THROWN = 4, CALLBACK = 5, PASSED_ON = 6, READY = 7, UNFIT = 8 };

constexpr size_t most_bytes = size_t(1) << 28;  // of a message, and of a region

struct Region {
  char* base;
  size_t size;
  const Type* type;
  bool gone;
};

constexpr unsigned mine = ACRISOL_SIDE;  // 0: the tests', 1: the candidate's; a region's number says who had it first
static std::map<uint32_t, Region>& regions = *new std::map<uint32_t, Region>;
static std::map<char*, uint32_t>& by_base = *new std::map<char*, uint32_t>;
// In the order in which the call named them; the same on both sides. Each message carries what is in them.
static std::vector<uint32_t>& touched = *new std::vector<uint32_t>;
static uint32_t made_here = 0;
static int link_in = -1, link_out = -1;

static bool is_poisoned(const char* at) { return __asan_address_is_poisoned && __asan_address_is_poisoned(at); }

// Members that the tests pass by name: a pointer into one leads to no other, whose values may be what is expected.
struct Part {
  char* base;
  size_t size;
};
static std::vector<Part>& parts = *new std::vector<Part>;

static void locate_whole(char* at, const Type& type, char*& base, size_t& size) {
  char name[8];
  void* found = nullptr;
  size_t room = 0;
  char* inside = is_poisoned(at) ? at - 1 : at;  // an end is the end of what lies before it
  if (inside != at && is_poisoned(inside)) broken("a pointer to memory that is gone");
  if (__asan_locate_address) __asan_locate_address(inside, name, sizeof name, &found, &room);
  if (found && room > 0 && room <= most_bytes) {
    base = static_cast<char*>(found);
    size = room;
    return;
  }
  base = at;  // memory of no known size: text up to its end, or one value
  size = type.size == 1 && type.plain ? strlen(at) + 1 : type.size;
}

static void locate(char* at, const Type& type, char*& base, size_t& size) {
  locate_whole(at, type, base, size);
  for (const Part& part : parts) {
    if (at < part.base || at > part.base + part.size || part.base < base || part.base + part.size > base + size) continue;
    base = part.base;
    size = part.size;
  }
}

static void touch(uint32_t number) {
  for (uint32_t known : touched)
    if (known == number) return;
  touched.push_back(number);
}

static void settle_type(Region& region, const Type& type) {
  if (region.type->plain && (!type.plain || region.type->size == 1)) region.type = &type;
}

Writer::~Writer() { free(data); }

void Writer::raw(const void* from, size_t count) {
  if (count == 0) return;
  if (size + count > most_bytes) broken("values of more than 256 MB");
  if (size + count > room) {
    room = (size + count) * 2 + 64;
    data = static_cast<unsigned char*>(realloc(data, room));
    if (!data) broken("values that do not fit into memory");
  }
  memcpy(data + size, from, count);
  size += count;
}

void Writer::pointer(const volatile void* to, const Type& type) {
  char* at = static_cast<char*>(const_cast<void*>(to));
  if (!at) return byte(0);
  char* base;
  size_t size;
  locate(at, type, base, size);
  auto known = by_base.find(base);
  if (known != by_base.end() && regions[known->second].size != size) {
    regions[known->second].gone = true;
    by_base.erase(known);
    known = by_base.end();
  }
  if (known == by_base.end()) {
    uint32_t number = made_here++ * 2 + mine;
    regions[number] = {base, size, &type, false};
    known = by_base.emplace(base, number).first;
  }
  uint32_t number = known->second;
  settle_type(regions[number], type);
  touch(number);
  byte(1);
  count(number);
  count(size);
  count(static_cast<size_t>(at - base));
}

void Writer::settle() {
  for (size_t i = 0; i < touched.size(); ++i) {
    Region& region = regions[touched[i]];
    bool gone = region.gone || (__asan_region_is_poisoned && region.size &&
                                __asan_region_is_poisoned(region.base, region.size));
    byte(gone ? 0 : 1);
    if (gone) {
      if (!region.gone) by_base.erase(region.base);
      region.gone = true;
    } else if (region.type->plain) {
      raw(region.base, region.size);
    } else {
      for (size_t at = 0; at + region.type->size <= region.size; at += region.type->size)
        region.type->put(*this, region.base + at);
    }
  }
}

void Reader::raw(void* to, size_t count) {
  if (count > static_cast<size_t>(end - at)) broken("a message that ends too early");
  if (count) memcpy(to, at, count);
  at += count;
}

size_t Reader::count() {
  uint32_t value;
  raw(&value, sizeof value);
  if (value > static_cast<size_t>(end - at)) broken("a length that is more than there is");
  return value;
}

void* Reader::pointer(const Type& type) {
  unsigned char kind = byte();
  if (kind == 0) return nullptr;
  uint32_t number, size, offset;
  raw(&number, sizeof number);
  raw(&size, sizeof size);
  raw(&offset, sizeof offset);
  if (kind != 1 || offset > size || size > most_bytes) broken("a pointer to nothing");
  auto known = regions.find(number);
  if (known == regions.end()) {
    if (number % 2 == mine) broken("a pointer that was never given");
    char* base = static_cast<char*>(calloc(1, size ? size : 1));
    if (!base) broken("memory that does not fit into memory");
    if (!type.plain)
      for (size_t at = 0; at + type.size <= size; at += type.size) type.make(base + at);
    known = regions.emplace(number, Region{base, size, &type, false}).first;
    by_base[base] = number;
  }
  if (known->second.gone || known->second.size != size) broken("a pointer to memory that is gone");
  settle_type(known->second, type);
  touch(number);
  return known->second.base + offset;
}

void changing(char* at);  // the memory is about to be changed by what the other side wrote

static void read_plain(Reader& in, const Region& region) {
  if (region.size > static_cast<size_t>(in.end - in.at)) broken("a message that ends too early");
  size_t first = 0, last = region.size;
  while (first < last && region.base[first] == static_cast<char>(in.at[first])) ++first;
  while (last > first && region.base[last - 1] == static_cast<char>(in.at[last - 1])) --last;
  if (first < last) {
    changing(region.base + first);
    memcpy(region.base + first, in.at + first, last - first);
  }
  in.at += region.size;
}

void Reader::settle() {
  for (size_t i = 0; i < touched.size(); ++i) {
    Region& region = regions[touched[i]];
    unsigned char there = byte();
    if (there > 1) broken("memory in no known state");
    if (there == 0) {
      if (!region.gone) by_base.erase(region.base);
      region.gone = true;
    } else if (region.gone) {
      broken("memory that is gone");
    } else if (region.type->plain) {
      read_plain(*this, region);
    } else {
      for (size_t at = 0; at + region.type->size <= region.size; at += region.type->size)
        region.type->get(*this, region.base + at);
    }
  }
  if (at != end) broken("a message with more than its values");
}

static bool write_all(const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    ssize_t done = write(link_out, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += done;
    size -= static_cast<size_t>(done);
  }
  return true;
}

static bool read_all(void* data, size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    ssize_t done = read(link_in, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += done;
    size -= static_cast<size_t>(done);
  }
  return true;
}

// A message has room for its length in front, so that it is one write.
static void begin(Writer& out) {
  out.size = 0;
  out.count(0);
}

static bool send_message(Writer& out) {
  uint32_t size = static_cast<uint32_t>(out.size - 4);
  memcpy(out.data, &size, sizeof size);
  return write_all(out.data, out.size);
}

static bool receive_message(Writer& store, Reader& in) {
  uint32_t size;
  if (!read_all(&size, sizeof size)) return false;
  if (size > most_bytes) broken("a message of more than 256 MB");
  store.size = 0;
  if (size > store.room) {
    free(store.data);
    store.data = static_cast<unsigned char*>(malloc(size));
    store.room = store.data ? size : 0;
    if (!store.data) broken("a message that does not fit into memory");
  }
  if (!read_all(store.data, size)) return false;
  store.size = size;
  in.at = store.data;
  in.end = store.data + size;
  return true;
}

static void put_text(Writer& out, const std::string& text) {
  out.count(text.size());
  out.raw(text.data(), text.size());
}

static std::string get_text(Reader& in) {
  std::string text(in.count(), '\0');
  in.raw(&text[0], text.size());
  return text;
}

// Takes stdin and stdout out of the program's hands: they are the link.
static void take_link() {
  link_in = fcntl(0, F_DUPFD_CLOEXEC, 100);
  link_out = fcntl(1, F_DUPFD_CLOEXEC, 100);
  int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, 0);
  if (nothing > 2) close(nothing);
}

}  // namespace acrisol
