"""How the job that compares models is started."""

from __future__ import annotations

import os

from workshop.bench.models import launch_command


def test_another_main_class_gets_the_same_java_options_and_more_jars() -> None:
    flink = ["/jdk/bin/java", "-Xmx640m", "-XX:SharedArchiveFile=/jars/classes.jsa", "-Xshare:auto", "-cp", "a.jar"]
    command = launch_command([*flink, "rag.flink.Main", "/state"], ["/classes", "b.jar"], "rag.flink.Other", "argument")
    class_path = os.pathsep.join(["/classes", "b.jar", "a.jar"])
    assert command == ["/jdk/bin/java", "-Xmx640m", "-cp", class_path, "rag.flink.Other", "argument"]
