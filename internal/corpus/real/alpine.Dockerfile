FROM alpine
RUN apk update && apk add build-base python3-dev py3-pip nodejs npm bash
RUN apk add --virtual .build-deps linux-headers musl-dev libffi-dev && \
    pip3 install ansible==2.10 boto3 && \
    apk del .build-deps
COPY requirements.yml /tmp/
RUN ansible-galaxy install -r /tmp/requirements.yml
RUN rm /tmp/requirements.yml
ENV AWS_ACCESS_KEY_ID=AKIAEXAMPLE AWS_DEFAULT_REGION=eu-central-1
RUN npm i -g yarn && yarn global add serverless
RUN addgroup -S ci && adduser -S ci -G ci
WORKDIR /workspace
ONBUILD COPY . /workspace
ONBUILD RUN ansible-playbook --syntax-check site.yml
STOPSIGNAL SIGINT
ENTRYPOINT [ "/bin/bash", "-c" ]
CMD [ "ansible --version" ]
