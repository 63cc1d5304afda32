"""What the messages look like, for those who read them with other programs: JSON Schema and AsyncAPI, from the code.

messages  a JSON Schema (2020-12) for each message
asyncapi  topics, messages, directions and logins as one AsyncAPI 3 document
files     all of it as files; `python -m gateways.wire.schemas FOLDER` writes them
"""

from gateways.wire.schemas.asyncapi import document
from gateways.wire.schemas.files import files
from gateways.wire.schemas.messages import SCHEMAS

__all__ = ["SCHEMAS", "document", "files"]
