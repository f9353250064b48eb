#!/usr/bin/env python3
"""What finds the points of a face, as the service tells it; dlib's part skips without its file."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import unittest

import service
from service import DLIB, PHOTO


def eyes(answer):
    """The middle of both eyes of the one face of an analysis."""
    points = answer.json["faces"][0]["points"]
    return [(sum(x for x, _ in points[first:first + 6]) / 6,
             sum(y for _, y in points[first:first + 6]) / 6) for first in (36, 42)]


class Mesh(service.ServiceTest):
    """Nothing is set, but that everything be free for commercial use."""

    VARIABLES = {"COMMERCIAL_ONLY": "true"}

    def test_the_mesh_is_the_model_of_the_role(self):
        role = self.server.get("/status").json["models"]["face_landmarks"]
        self.assertEqual([model["type"] for model in role["models"]], ["face_landmark"])
        self.assertTrue(role["loaded"])

    def test_dlib_is_listed_as_refused(self):
        rows = {row["name"]: row for row in self.server.get("/api/v1/models").json}
        self.assertEqual(rows["shape_predictor_68_face_landmarks"]["state"], "refused: licence")
        self.assertTrue(rows["shape_predictor_68_face_landmarks"]["optional"])
        self.assertEqual(rows["face_landmark"]["state"], "loaded")


@unittest.skipUnless(DLIB.exists(), "dlib's model is not fetched: tools/fetch --with dlib")
class Dlib(service.ServiceTest):
    """As an old configuration asks for it."""

    VARIABLES = {"PREDICTOR_PATH": str(DLIB)}

    def test_both_models_have_the_role_and_dlib_finds_the_points(self):
        role = self.server.get("/status").json["models"]["face_landmarks"]
        self.assertEqual([model["type"] for model in role["models"]],  # the mesh for the check
                         ["face_landmark", "shape_predictor_68_face_landmarks"])
        answer = self.server.post_form("/api/v1/process", [("check", "true")],
                                       [("file", "a.png", PHOTO)]).json
        stages = {stage["name"]: stage for stage in answer["stages"]}
        self.assertEqual(stages["landmarks"]["model"], "shape_predictor_68_face_landmarks")
        self.assertEqual(stages["check"]["model"], "face_landmark")

    def test_its_eyes_are_where_dlib_itself_has_them(self):
        (left_x, left_y), (right_x, right_y) = eyes(
            self.server.post_form("/api/v1/analyze", (), [("file", "a.png", PHOTO)]))
        self.assertLess(abs(left_x - 203.6) + abs(left_y - 102.0), 0.3)
        self.assertLess(abs(right_x - 246.9) + abs(right_y - 104.5), 0.3)


service.main()
