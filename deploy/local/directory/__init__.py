"""The directory as YAML files: read with their lines, compared with what stands, sent whole, written."""
