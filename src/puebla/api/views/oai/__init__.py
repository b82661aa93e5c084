"""OAI-PMH 2.0: catalogues and libraries harvest what was released, and learn of what was withdrawn.

One address answers six questions (`protocol`) in two descriptions of a document (`formats`). Where a list goes on, a
signed token says from where (`tokens`), so that nothing is kept here between the pages of a harvest.
"""

from puebla.api.views.oai.protocol import oai

__all__ = ["oai"]
