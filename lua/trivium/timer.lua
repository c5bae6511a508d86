return require("trivium.native").load("timer")
