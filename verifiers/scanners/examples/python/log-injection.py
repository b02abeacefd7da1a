import logging

from flask import request

logger = logging.getLogger(__name__)


def visit():
    # ruleid: python.log-injection
    logger.info("visit by " + request.args["name"])
    # ok: python.log-injection
    logger.info("visit by " + repr(request.args["name"]))
    # ok: python.log-injection
    logger.info("visit")
