"""What is on the wire: one file per record type, its Kafka key beside it.

Every record is one JSON object whose field ``contract`` names its type and version (``raw-post.v1``). A reader refuses
a version it does not know and ignores fields it does not know, so that within a version a writer may be newer than its
reader. A new version is a new class with a new tag; readers learn it before writers use it.
"""
