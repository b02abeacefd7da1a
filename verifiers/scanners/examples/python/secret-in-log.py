import logging

logger = logging.getLogger(__name__)


def login(name, password):
    # ruleid: python.secret-in-log
    logger.info("login %s %s", name, password)
    # ruleid: python.secret-in-log
    print(f"password is {password}")
    # ok: python.secret-in-log
    logger.info("login %s", name)
    # ok: python.secret-in-log
    print("password is wrong")
