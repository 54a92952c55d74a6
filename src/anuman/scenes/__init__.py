"""What a picture shows, computed: one frozen dataclass a scene, over catalog, physics and serving; no drawing."""
