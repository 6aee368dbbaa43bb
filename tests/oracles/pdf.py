"""Reads a PDF (base64 on standard input) with pypdf; prints what a reader finds in it as JSON."""

import base64
import io
import json
import sys

from pypdf import PdfReader

reader = PdfReader(io.BytesIO(base64.b64decode(sys.stdin.read())), strict=True)
print(
    json.dumps(
        {
            "title": reader.metadata.title,
            "language": reader.root_object.get("/Lang"),
            "pages": [page.extract_text() for page in reader.pages],
            "pictures": [len(page.images) for page in reader.pages],
        }
    )
)
