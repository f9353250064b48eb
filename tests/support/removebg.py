"""What the tests of remove.bg's interface share."""

import service
from service import OTHER_PHOTO

FAST = {"enhance_photo": "off", "matte_quality": "fast"}
ROUTE = "/v1.0/removebg"
SIZE = (910, 1137)  # of OTHER_PHOTO
PREVIEW = (447, 558)
SMALL = (192, 240)  # of the photo that most tests send


class Compat(service.ServiceTest):
    """Helpers of all classes here."""

    VARIABLES = {"DEFAULT_MATTE_QUALITY": "fast"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        key = {"X-API-Key": cls.VARIABLES.get("API_KEY", "any")}
        cls.photo = cls.server.process(OTHER_PHOTO, headers=key, width=SMALL[0], height=SMALL[1],
                                       format="jpg", use_oval_mask="no", **FAST).body

    def post(self, fields=(), files=None, **headers):
        """A multipart request with the usual photo."""
        files = [("image_file", "photo.jpg", self.photo)] if files is None else files
        return self.server.post_form(ROUTE, fields, files, **headers)

    def assert_refused(self, answer, code, status=400):
        """The envelope of remove.bg's errors."""
        self.assertEqual(answer.header("Content-Type"), "application/json")
        errors = answer.json["errors"]
        self.assertEqual((answer.status, errors[0]["code"]), (status, code), answer.body)
        self.assertTrue(errors[0]["title"])
        self.assertEqual(list(answer.json), ["errors"])
        self.assertTrue(all(isinstance(value, str) for value in errors[0].values()))
