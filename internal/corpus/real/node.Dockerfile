FROM node:18 as builder
WORKDIR /usr/src/app
COPY package*.json ./
RUN npm install
COPY . .
ARG API_URL=https://api.example.org
ENV REACT_APP_API_URL=$API_URL
RUN npm run build && npm prune --production

FROM node:18
RUN apt-get update \
  && apt-get install -y --no-install-recommends dumb-init curl \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV production
WORKDIR /usr/src/app
COPY --chown=node:node --from=builder /usr/src/app /usr/src/app
RUN npm install -g pm2
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s \
  CMD curl -f http://localhost:3000/health || exit 1
CMD ["dumb-init", "pm2-runtime", "dist/main.js"]
