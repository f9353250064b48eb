#!/usr/bin/env python3
"""The files in deploy/, without a cluster: those of Kubernetes fit its schemas, lock their pods up,
name each other rightly, and scale by a query and metrics that are there; those of Compose fit
together."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
# pylint: disable=wrong-import-position

import json
import postgres
import schema
import service
from service import ServersTest

try:
    import yaml
except ImportError:
    yaml = None

FOLDER = ROOT / "deploy" / "kubernetes"
DEFINITIONS = ROOT / "deps" / "kubernetes" / "definitions.json"
KINDS = {
    ("v1", "ConfigMap"): "io.k8s.api.core.v1.ConfigMap",
    ("v1", "Service"): "io.k8s.api.core.v1.Service",
    ("apps/v1", "Deployment"): "io.k8s.api.apps.v1.Deployment",
    ("policy/v1", "PodDisruptionBudget"): "io.k8s.api.policy.v1.PodDisruptionBudget",
    ("networking.k8s.io/v1", "NetworkPolicy"): "io.k8s.api.networking.v1.NetworkPolicy",
    ("autoscaling/v2", "HorizontalPodAutoscaler"):
        "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
}

# Rows of every sort: five photos wait, two are in work, three are dead, one batch has none.
FILL = """
INSERT INTO facecraft.jobs (id, batch, number, owner, name, state, created, key, fingerprint)
    SELECT 'job' || i, '', 0, '', '', 0, 0, '', '' FROM generate_series(1, 11) AS i;
INSERT INTO facecraft.accepted (job, photo, bytes, wish, accepted_ms, turn, waits, held, dead, due)
    SELECT 'job' || i, i < 11, 1, '', 0, 1, CASE WHEN i = 11 THEN 5 ELSE 0 END, i IN (6, 7),
    i IN (8, 9, 10), now() + interval '1 day' FROM generate_series(1, 11) AS i;
"""


def need():
    """Skip the script where what reads the files is missing."""
    if yaml is None:
        print("skipped: no PyYAML (Debian: python3-yaml)")
        sys.exit(77)
    if not DEFINITIONS.exists():
        print("skipped: no deps/kubernetes/definitions.json (tools/fetch --with kubernetes)")
        sys.exit(77)


def documents(text):
    """The objects of a file or of what kubectl prints."""
    return [each for each in yaml.safe_load_all(text) if each is not None]


def manifests():
    """All objects of the repository, as they lie."""
    return [each for path in sorted(FOLDER.glob("*/*.yaml")) if path.name != "kustomization.yaml"
            for each in documents(path.read_text(encoding="ascii"))]


def rendered(name):
    """What would be applied; skips the case where there is no kubectl."""
    if shutil.which("kubectl") is None:
        raise unittest.SkipTest("there is no kubectl")
    said = subprocess.run(["kubectl", "kustomize", FOLDER / name], check=True, text=True,
                          capture_output=True)
    return documents(said.stdout)


def of_kind(objects, kind):
    """Those of a kind, by name."""
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def without_extensions(part):
    """A schema without what only Kubernetes itself understands."""
    if isinstance(part, dict):
        return {name: without_extensions(inside) for name, inside in part.items()
                if not name.startswith("x-kubernetes-")}
    return [without_extensions(inside) for inside in part] if isinstance(part, list) else part


def settings(comments):
    """Names and values of settings.env; with `comments` those that are commented out as well."""
    found = {}
    for line in (FOLDER / "base" / "settings.env").read_text(encoding="ascii").splitlines():
        line = line.removeprefix("#") if comments else line
        if line.startswith("FACECRAFT_"):
            name, value = line.split("=", 1)
            found[name] = value
    return found


class Manifests(unittest.TestCase):
    """What can be said without running anything."""

    def setUp(self):
        self.objects = manifests()
        self.deployments = of_kind(self.objects, "Deployment")

    def pods(self):
        """Names and specifications of the pods."""
        return [(name, each["spec"]["template"]["spec"]) for name, each in self.deployments.items()]

    def assert_fit(self, objects):
        """Each has a schema, and fits it; but for KEDA's, which Kubernetes does not know."""
        document = without_extensions(json.loads(DEFINITIONS.read_text(encoding="utf-8")))
        for each in objects:
            if each["apiVersion"] == "keda.sh/v1alpha1":
                continue
            name = KINDS[each["apiVersion"], each["kind"]]
            faults = schema.faults_of(document, {"$ref": f"#/$defs/{name}"}, each, name)
            self.assertEqual(faults, [], each["metadata"]["name"])

    def test_all_fit_the_schemas(self):
        self.assertGreaterEqual(len(self.objects), 9)
        self.assert_fit(self.objects)

    def test_what_does_not_fit_is_noticed(self):
        wrong = of_kind(self.objects, "Deployment")["facecraft-api"]
        wrong["spec"]["template"]["spec"]["containers"][0]["readonlyRoot"] = True
        with self.assertRaises(AssertionError):
            self.assert_fit([wrong])

    def test_what_is_applied_fits_and_has_no_copies_left(self):
        for name in ("base", "example"):
            objects = rendered(name)
            self.assert_fit(objects)
            self.assertEqual(len(of_kind(objects, "Deployment")), 2)
            configured = list(of_kind(objects, "ConfigMap"))
            self.assertEqual(len(configured), 1)
            for each in of_kind(objects, "Deployment").values():
                pod = each["spec"]["template"]["spec"]["containers"][0]
                self.assertEqual(pod["envFrom"][0]["configMapRef"]["name"], configured[0])
                version = (ROOT / "VERSION").read_text(encoding="ascii").strip()
                self.assertEqual(pod["image"], f"djok/facecraft:{version}-cpu")
        self.assertNotIn("replicas", of_kind(objects, "Deployment")["facecraft-worker"]["spec"])

    def test_either_way_to_scale_can_be_chosen(self):
        kubectl = shutil.which("kubectl")
        if kubectl is None:
            self.skipTest("there is no kubectl")
        with tempfile.TemporaryDirectory(dir="/tmp") as place:
            copy = pathlib.Path(place) / "kubernetes"
            shutil.copytree(FOLDER, copy)
            (copy / "example" / "kustomization.yaml").write_text(
                "resources: [../base]\ncomponents: [../hpa]\n", encoding="ascii")
            objects = documents(subprocess.run([kubectl, "kustomize", copy / "example"], check=True,
                                               text=True, capture_output=True).stdout)
        self.assert_fit(objects)
        self.assertEqual(len(of_kind(objects, "HorizontalPodAutoscaler")), 2)
        for each in of_kind(objects, "Deployment").values():
            self.assertNotIn("replicas", each["spec"])

    def test_pods_are_locked_up(self):
        for name, pod in self.pods():
            self.assertIs(pod["automountServiceAccountToken"], False, name)
            self.assertIs(pod["enableServiceLinks"], False, name)
            outer, container = pod["securityContext"], pod["containers"][0]
            self.assertIs(outer["runAsNonRoot"], True)
            self.assertEqual((outer["runAsUser"], outer["seccompProfile"]["type"]),
                             (1000, "RuntimeDefault"))
            inner = container["securityContext"]
            self.assertIs(inner["readOnlyRootFilesystem"], True)
            self.assertIs(inner["allowPrivilegeEscalation"], False)
            self.assertEqual(inner["capabilities"], {"drop": ["ALL"]})
            self.assertIn("memory", container["resources"]["limits"])
            self.assertNotIn("env", container)
            self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/ready")
            for probe in ("startupProbe", "livenessProbe"):
                self.assertEqual(container[probe]["httpGet"]["path"], "/health")
            grace = pod["terminationGracePeriodSeconds"]
            self.assertGreater(grace, int(settings(False)["FACECRAFT_SHUTDOWN_DEADLINE_S"]) + 6)
            mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
            self.assertEqual(set(mounts), {volume["name"] for volume in pod["volumes"]})
            self.assertEqual(mounts["cache"], settings(False)["FACECRAFT_CACHE_DIR"])

    def test_they_name_each_other_rightly(self):
        labels = {name: each["spec"]["template"]["metadata"]["labels"]
                  for name, each in self.deployments.items()}
        for name, each in self.deployments.items():
            self.assertEqual(each["spec"]["selector"]["matchLabels"], labels[name])
        for name, each in of_kind(self.objects, "PodDisruptionBudget").items():
            self.assertEqual(each["spec"]["selector"]["matchLabels"], labels[name])
        self.assertEqual(of_kind(self.objects, "Service")["facecraft-api"]["spec"]["selector"],
                         labels["facecraft-api"])
        policy = of_kind(self.objects, "NetworkPolicy")["facecraft"]["spec"]["podSelector"]
        for pod in labels.values():
            self.assertLessEqual(set(policy["matchLabels"].items()), set(pod.items()))
        for kind in ("ScaledObject", "HorizontalPodAutoscaler"):
            for each in of_kind(self.objects, kind).values():
                self.assertIn(each["spec"]["scaleTargetRef"]["name"], self.deployments)
        trigger = of_kind(self.objects, "ScaledObject")["facecraft-worker"]["spec"]["triggers"][0]
        self.assertIn(trigger["authenticationRef"]["name"],
                      of_kind(self.objects, "TriggerAuthentication"))

    def test_secrets_come_as_files_alone(self):
        for name, value in settings(True).items():
            if name.endswith("_FILE") and name != "FACECRAFT_PROFILES_FILE":
                self.assertTrue(value.startswith("/run/secrets/facecraft/"), name)
            self.assertNotIn(name, ("FACECRAFT_DATABASE", "FACECRAFT_S3_SECRET_KEY",
                                    "FACECRAFT_API_KEY"))


class Compose(unittest.TestCase):
    """The profile `cluster`; deploy/cluster/try runs it."""

    def setUp(self):
        compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="ascii"))
        self.services = {name: each for name, each in compose["services"].items()
                         if each["profiles"] == ["cluster"]}
        self.nodes = [name for name in self.services if name.startswith("node-")]

    def test_there_are_two_nodes_and_three_workers_locked_up(self):
        self.assertEqual(self.nodes, ["node-1", "node-2"])
        self.assertEqual(self.services["worker"]["deploy"]["replicas"], 3)
        for name in (*self.nodes, "worker", "proxy"):
            each = self.services[name]
            self.assertEqual((each["read_only"], each["cap_drop"]), (True, ["ALL"]), name)

    def test_proxy_knows_the_nodes(self):
        text = (ROOT / "deploy" / "cluster" / "haproxy.cfg").read_text(encoding="ascii")
        backends = text.split("\nbackend ")[1:]
        self.assertEqual([each.split()[0] for each in backends], ["nodes", "analyses", "images"])
        for each in backends:
            servers = [line.split()[2] for line in each.splitlines() if "server " in line]
            self.assertEqual(servers, [f"{name}:8000" for name in self.nodes])

    def test_nodes_know_the_store_and_the_database(self):
        config = json.loads((ROOT / "deploy" / "cluster" / "s3.json").read_text(encoding="ascii"))
        key = config["identities"][0]["credentials"][0]
        database = self.services["database"]["environment"]
        for name in (*self.nodes, "worker"):
            variables = self.services[name]["environment"]
            self.assertEqual({"accessKey": variables["FACECRAFT_S3_ACCESS_KEY"],
                              "secretKey": variables["FACECRAFT_S3_SECRET_KEY"]}, key)
            user, password = database["POSTGRES_USER"], database["POSTGRES_PASSWORD"]
            self.assertIn(f"//{user}:{password}@database/", variables["FACECRAFT_DATABASE"])
            self.assertIn(f"-name {variables['FACECRAFT_STORE'].split('/')[2]}'",
                          self.services["bucket"]["command"][0])

    def test_images_made_here_stand_in_for_all_that_are_not_ours(self):
        path = ROOT / "deploy" / "cluster" / "debian" / "compose.yml"
        stand_ins = yaml.safe_load(path.read_text(encoding="ascii"))["services"]
        self.assertEqual(set(stand_ins), {name for name, each in self.services.items()
                                          if "facecraft" not in each["image"]})


class Running(ServersTest):
    """What the files say of a running program."""

    def database(self):
        """A server of its own."""
        if postgres.programs() is None:
            self.skipTest("PostgreSQL is not installed")
        database = postgres.Postgres()
        self.addCleanup(database.close)
        return database

    def test_query_counts_what_is_to_be_worked_on(self):
        database = self.database()
        self.serve(DATABASE=database.address, OUTPUT_DIR=database.folder / "pictures").stop()
        trigger = of_kind(manifests(), "ScaledObject")["facecraft-worker"]["spec"]["triggers"][0]
        query = trigger["metadata"]["query"]
        self.assertEqual(database.ask(query), "0")
        database.ask(FILL)
        self.assertEqual(database.ask(query), "7")
        self.assertIn(query, (ROOT / "docs" / "scale.md").read_text(encoding="utf-8"))

    def test_metrics_to_scale_by_are_there(self):
        text = self.serve().get("/metrics").body.decode()
        for each in of_kind(manifests(), "HorizontalPodAutoscaler").values():
            for metric in each["spec"]["metrics"]:
                if metric["type"] == "External":
                    name = metric["external"]["metric"]["name"]
                    self.assertIn(f"\n{name} 0\n", text)

    def test_settings_are_the_programs(self):
        database = self.database()
        secrets = database.folder / "secrets"
        secrets.mkdir()
        for name in ("s3_access_key", "s3_secret_key"):
            (secrets / name).write_text("some key\n", encoding="ascii")
        (secrets / "database").write_text(f"{database.address}\n", encoding="ascii")
        values = {name: value for name, value in settings(True).items()
                  if value != "" and not value.startswith("/run/secrets/")} | settings(False)
        variables = {name: value.replace("/run/secrets/facecraft", str(secrets))
                     for name, value in values.items()}
        variables |= {"FACECRAFT_CACHE_DIR": str(database.folder / "cache"), "FACECRAFT_PORT": "0",
                      "FACECRAFT_STORE": "",
                      "FACECRAFT_OUTPUT_DIR": str(database.folder / "pictures")}
        for command in ("serve", "worker"):
            said = subprocess.run([service.program(), command, "--check"], text=True, check=False,
                                  capture_output=True, cwd=database.folder,
                                  env={**os.environ, **variables})
            self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


if __name__ == "__main__":
    need()
    service.main()
