FROM nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04
ENV TZ=Europe/Berlin
RUN ln -snf /usr/share/zoneinfo/$TZ /etc/localtime && echo $TZ > /etc/timezone
RUN apt update && apt install -y wget bzip2 git ffmpeg libsm6 libxext6
RUN wget -q https://repo.example.org/miniconda/Miniconda3-latest-Linux-x86_64.sh -O /tmp/conda.sh
RUN bash /tmp/conda.sh -b -p /opt/conda && rm /tmp/conda.sh
ENV PATH=/opt/conda/bin:$PATH
COPY environment.yml .
RUN conda env create -f environment.yml
RUN conda install -n ml -y pytorch torchvision pytorch-cuda=12.1 -c pytorch -c nvidia
RUN echo "source activate ml" >> ~/.bashrc
COPY ./ /srv/ml
WORKDIR /srv/ml
RUN /opt/conda/envs/ml/bin/pip install -e ".[dev]" && python -c "import nltk; nltk.download('punkt')"
EXPOSE 6006 8501
CMD streamlit run app.py --server.port 8501
