#include <cstring>

#include "check.h"

/// With the argument `threads` only what ThreadSanitizer is there for.
int main(int count, char** arguments) {
  if (count == 1 || std::strcmp(arguments[1], "threads") != 0) {
    testKernels();
    testCodes();
    testRemoval();
  }
  testConcurrency();
}
