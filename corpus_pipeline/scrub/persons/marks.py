"""What is decided of a token, the bits of its column `PEOPLE`."""

#: In a name; in one of a private person; the first of a name; in no name; in a name of which
#: something around it says that it is a person's.
FOUND, PRIVATE, FIRST, BARRED, CUED = 1, 2, 4, 8, 16
