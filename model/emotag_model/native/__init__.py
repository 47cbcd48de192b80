"""The native core: text to scores in C++, without torch; see `source/emotag.h` for what it is made of."""
