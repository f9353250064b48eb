"""What has become of the photos that were acknowledged, by the log of acknowledgements, the database
and the store."""

import collections
import hashlib
import json

LISTED = 5  # cases of each kind that are told
READ = 200  # pictures that are read back at the most

FAILED, SUCCEEDED = "3", "2"


class Checker:
    """Findings of one run; none is good."""

    def __init__(self, cluster, path, count):
        self.cluster, self.path, self.count = cluster, path, count
        self.found = {}
        self.jobs, self.pictures = {}, {}  # by numbers of requests, by ids of jobs
        self.photos = {}  # ids of jobs to (number of the request, which of its photos)

    def find(self, what, case):
        """One more."""
        self.found.setdefault(what, []).append(str(case))

    def rows(self, sql):
        """Rows of the database as texts."""
        text = self.cluster.database.ask(sql)
        return [line.split("|") for line in text.splitlines()]

    def read(self):
        """Acknowledgements, records, pictures."""
        for line in self.path.read_text(encoding="ascii").splitlines():
            entry = json.loads(line)
            first = self.jobs.setdefault(entry["number"], entry["id"])
            if first != entry["id"]:
                self.find("a photo that was sent again is another job", entry)
        for job, kind, blob, size, digest in self.rows(
                "SELECT job, type, blob, bytes, digest FROM facecraft.pictures ORDER BY type"):
            self.pictures.setdefault(job, []).append((kind, blob, int(size), digest))

    def check_requests(self, records, size_of):
        """Each request is one job, and has all of its photos."""
        told = {job: number for number, job in self.jobs.items()}
        if len(told) != len(self.jobs):
            self.find("two requests are one job", len(self.jobs))
        for job, (_, _, _, batch, item) in records.items():
            number = told.get(batch or job)
            if number is None:
                self.find("a job that nobody was told of", job)
            elif batch or size_of(number) == 1:
                self.photos[job] = number, max(0, int(item) - 1)
        found = collections.Counter(number for number, _ in self.photos.values())
        for number in range(self.count):
            if number not in self.jobs:
                self.find("never accepted", number)
            elif found[number] != size_of(number) or self.jobs[number] not in records:
                self.find("lost", f"request {number}, job {self.jobs[number]}: {found[number]} of"
                                  f" {size_of(number)} photos")

    def check_records(self, size_of):
        """Nothing lost, nothing twice, all ended."""
        records = {row[0]: row[1:] for row in self.rows(
            "SELECT id, state, error, encode(message, 'escape'), batch, number FROM facecraft.jobs")}
        self.check_requests(records, size_of)
        dead = {row[0] for row in self.rows("SELECT job FROM facecraft.accepted WHERE dead")}
        for job, (state, error, message, _, _) in records.items():
            pictures = len(self.pictures.get(job, []))
            if state not in (SUCCEEDED, FAILED):
                self.find("not ended", f"job {job}: state {state}")
            elif state == FAILED and job not in dead:
                self.find("failed", f"job {job}: {error} {message}")
            elif pictures != (2 if state == SUCCEEDED and job in self.photos else 0):
                self.find("not as many pictures as one result has", f"job {job}: {pictures}")
        for row in self.rows("SELECT job FROM facecraft.accepted WHERE NOT dead"):
            self.find("accepted still", row[0])
        return dead

    def check_store(self, dead):
        """Each record has its object, each object its record."""
        sizes = self.cluster.store.sizes(self.cluster.path)
        needed = {blob: size for each in self.pictures.values() for _, blob, size, _ in each}
        for blob, size in needed.items():
            if sizes.get(blob) != size:
                self.find("a record without its object", f"{blob}: {sizes.get(blob)}, not {size}")
        photos = {f"{job}.photo" for job in dead}
        for blob in photos - sizes.keys():
            self.find("a dead job without its photo", blob)
        for blob in sizes.keys() - needed.keys() - photos:
            self.find("an orphan", blob)

    def check_totals(self):
        """The counters of /metrics say what there is."""
        for row, amount, counted in self.rows(
                "SELECT row, sum(amount), CASE row WHEN -1 THEN (SELECT coalesce(sum(bytes), 0) FROM"
                " facecraft.pictures) WHEN -3 THEN (SELECT count(*) FROM facecraft.accepted WHERE"
                " photo) WHEN -4 THEN (SELECT coalesce(sum(bytes), 0) FROM facecraft.accepted WHERE"
                " photo) ELSE (SELECT count(*) FROM facecraft.jobs WHERE state = row) END"
                " FROM facecraft.totals WHERE row <> -2 GROUP BY row"):
            if amount != counted:
                self.find("a total that is wrong", f"row {row}: {amount}, not {counted}")

    def check_pictures(self, request_of, seen):
        """Texts of the stub: both pictures of a job are those of one try at its photo, and the one
        that a client saw first."""
        server = self.cluster.servers()[0]
        for job, (number, item) in list(self.photos.items())[:READ]:
            if len(self.pictures.get(job, [])) != 2:
                continue
            bodies = {server.get(f"/api/v1/download/{job}/{kind}").body for kind in ("png", "jpg")}
            if len(bodies) != 1:
                self.find("pictures of two tries", f"job {job}: {bodies}")
            digest = hashlib.sha256(request_of(number)[0][item]).hexdigest()
            if not all(body.startswith(f"of {digest} by ".encode()) for body in bodies):
                self.find("a picture of another photo", f"job {job}: {bodies}")
        for job, body in seen.items():
            answer = server.get(f"/api/v1/download/{job}/png")
            if answer.status == 200 and answer.body != body:
                self.find("a result that was published twice", f"job {job}: first {body}")

    def portraits(self):
        """Digests of the pictures of each photo."""
        return {photo: [picture[3] for picture in self.pictures.get(job, [])]
                for job, photo in self.photos.items()}

    def told(self):
        """Lines for people."""
        return [f"{len(cases)} x {what}: {case}" for what, cases in self.found.items()
                for case in cases[:LISTED]]
