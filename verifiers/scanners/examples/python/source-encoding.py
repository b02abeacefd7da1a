# ruleid: python.source-encoding
# -*- coding: utf-7 -*-
print("hello")
