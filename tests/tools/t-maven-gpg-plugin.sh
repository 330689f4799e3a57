#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# maven-gpg-plugin in a build that deploys, as one for Maven Central does.
#
# Setup: maven-gpg-plugin, goal sign, with its defaults; -Dgpg.keyname=
# Setup: FINGERPRINT or nothing; a MAVEN_GPG_PASSPHRASE is ignored

# Functions are called by their names.
# shellcheck disable=SC2317
# shellcheck source=tests/tools/lib.sh
. "${top_srcdir:-.}/tests/tools/lib.sh"
need mvn
plugin=3.2.7
release_tool $plugin
# It runs for a second only.
export MAVEN_OPTS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

plugin_lines ()
{
  for name in clean:3.2.0 resources:3.3.1 compiler:3.13.0 surefire:3.2.5 \
    jar:3.4.2 install:3.1.3 deploy:3.1.3; do
    cat <<EOF
<plugin>
  <artifactId>maven-${name%:*}-plugin</artifactId>
  <version>${name#*:}</version>
</plugin>
EOF
  done
}

make_project ()
{
  mkdir -p project/src/main/resources
  echo 1.0 >project/src/main/resources/version
  {
    cat <<EOF
<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>example.acme</groupId>
<artifactId>acme</artifactId>
<version>1.0</version>
<properties>
  <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
</properties>
<build><plugins>
<plugin>
  <artifactId>maven-gpg-plugin</artifactId>
  <version>$plugin</version>
  <executions>
    <execution>
      <phase>verify</phase>
      <goals><goal>sign</goal></goals>
    </execution>
  </executions>
</plugin>
EOF
    plugin_lines
    echo '</plugins></build></project>'
  } >project/pom.xml
}

deploy () # OPTION...
{
  rm -rf central
  mvn -B -q -ntp -f project -Dmaven.repo.local="$work/plugins" \
    -Dmaven.test.skip=true "$@" \
    "-DaltDeploymentRepository=here::file://$PWD/central" clean deploy
}

with_passphrase ()
{
  MAVEN_GPG_PASSPHRASE=secret deploy
}

deployed ()
{
  dir=central/example/acme/acme/1.0
  for file in "$dir/acme-1.0.jar" "$dir/acme-1.0.pom"; do
    accepted "$file" "$file.asc"
  done
}

deploy_signed ()
{
  make_project
  # Once, so that whatever fails later fails for its own reasons.
  if [ ! -d "$work/plugins" ] && ! deploy -Dgpg.skip >"$work/out" 2>&1
  then
    grep -m 3 ERROR "$work/out"
    skip "mvn cannot get its plugins"
  fi
  signs 2 "mvn deploy -Dgpg.keyname" deploy "-Dgpg.keyname=$fpr"
  deployed
  [ "$kind" = rsa4096 ] || return # The rest takes its time.
  signs 2 "mvn deploy" deploy
  deployed
  signs 2 "MAVEN_GPG_PASSPHRASE" with_passphrase
  deployed
  no_signature "mvn deploy" deploy
  fails "$kind: nothing deployed" test -e central
}

each_kind deploy_signed
finish
