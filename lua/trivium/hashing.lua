return require("trivium.native").load("hashing")
