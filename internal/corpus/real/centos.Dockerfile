FROM centos:7
USER root
RUN yum -y update && yum install -y epel-release
RUN yum install -y gcc make openssl-devel bzip2-devel libffi-devel zlib-devel
RUN cd /usr/src \
 && wget https://www.example.org/ftp/python/3.9.16/Python-3.9.16.tgz \
 && tar xzf Python-3.9.16.tgz \
 && cd Python-3.9.16 \
 && ./configure --enable-optimizations \
 && make altinstall
RUN rm -f /usr/src/Python-3.9.16.tgz
RUN pip3.9 install numpy pandas scikit-learn jupyter
# TODO of the data team: move the models to object storage
ADD models.tar.gz /models
ADD https://example.org/files/config.yaml /etc/app/config.yaml
COPY id_rsa /root/.ssh/id_rsa
RUN chmod 600 /root/.ssh/id_rsa && git clone git@git.example.org:data/tools.git /opt/tools
RUN if [ "$HTTP_PROXY" ]; then \
      echo "proxy=$HTTP_PROXY" >> /etc/yum.conf; \
    fi; \
    for p in tools/*; do \
      pip3.9 install -e $p; \
    done
ENV PATH /opt/tools/bin:$PATH
EXPOSE 8888
CMD ["sh", "-c", "jupyter notebook --ip=0.0.0.0 --allow-root"]
