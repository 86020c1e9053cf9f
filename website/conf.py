"""What Sphinx is told; `website.__main__` makes what it builds, and tells it where."""

project = "rnn_oracle"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "rnn_oracle"
html_static_path = ["_static"]
html_favicon = "static/icon.svg"
html_css_files = ["explained.css", "site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None
default_role = "py:obj"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
pygments_style = "default"
pygments_dark_style = "monokai"
toc_object_entries = False


def setup(app):
    """Show what is near in the list of pages: all of it on each page takes most of the time."""
    app.connect("html-page-context", _shorten_list_of_pages, priority=300)


def _shorten_list_of_pages(app, page, template, context, doctree):
    whole = context["toctree"]
    context["toctree"] = lambda **options: whole(**dict(options, collapse=True))
