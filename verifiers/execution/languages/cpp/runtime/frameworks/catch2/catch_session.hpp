#pragma once
#include "/opt/acrisol/cpp/frameworks/catch2/catch_test_macros.hpp"
