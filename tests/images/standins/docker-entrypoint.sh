#!/bin/sh
# As the images' own entry points: run what is asked for.
exec "$@"
