"""The page at / judged by axe's rules. Standard library only; axe itself is fetched by
tools/fetch --with test."""

import page
import service

AXE = service.REPO / "deps" / "axe" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SHAPES = {"desktop": (1280, 900), "phone": (390, 844)}


# Roles of what is operated, as Chromium's accessibility tree has them.
CONTROLS = {"button", "checkbox", "ColorWell", "combobox", "DisclosureTriangle", "link", "listbox",
            "menuitem", "progressbar", "radio", "searchbox", "slider", "spinbutton", "switch", "tab",
            "textbox"}


class AccessTest(page.PageTest):
    """Tests that look at states of the page as everybody has to use them."""

    def check(self, state):
        """Both themes and widths of the state that is shown."""
        for shape, (width, height) in SHAPES.items():
            for theme in ("light", "dark"):
                with self.window(width, height, prefers_color_scheme=theme,
                                 prefers_reduced_motion="reduce"), self.subTest(f"{state} {shape} {theme}"):
                    self.browser.picture(f"{state}-{shape}-{theme}")
                    self.assert_no_violation()
        self.assert_names()

    def controls(self):
        """(role, name) of everything that can be operated, as a screen reader gets it."""
        nodes = self.browser.devtools("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "").strip())
                for node in nodes
                if not node["ignored"] and node["role"]["value"] in CONTROLS]

    def assert_names(self):
        """Every control has a name."""
        found = self.controls()
        self.assertTrue(found)
        self.assertEqual([role for role, name in found if name == ""], [])

    def assert_no_violation(self):
        """axe has nothing to say, and nothing has to be scrolled sideways."""
        self.assertEqual(self.browser.run("const e = document.documentElement;"
                                          "return e.scrollWidth - e.clientWidth"), 0)
        if not AXE.exists():
            self.skipTest("no axe.min.js: tools/fetch --with test")
        if not self.browser.run("return 'axe' in window"):
            self.browser.run(AXE.read_text())
        found = self.browser.run("""return axe.run(document, arguments[0]).then((result) =>
            result.violations.map((v) => [v.id, v.nodes.map((n) => n.target.join(" ") + ": "
              + n.failureSummary)]))""", RULES)
        self.assertEqual(found, [])
