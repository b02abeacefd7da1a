// The other path of the same header.
#pragma once
#include "../doctest.h"
